import type { FileHandle } from 'node:fs/promises';
import { open, rm } from 'node:fs/promises';

/** Read at once. */
const CHUNK_BYTES = 2 ** 20;

/** Rows that come in any order and leave in theirs, kept in a file, since they may be more than memory holds. */
export class RowFile {
  private constructor(
    private readonly path: string,
    private readonly file: FileHandle,
    private readonly rowBytes: number,
  ) {}

  /**
   * Makes the file; close it to remove it.
   *
   * @param beside path that it is named after; `*.partial`, so that whoever clears up finds it.
   */
  static async open(beside: string, rowBytes: number): Promise<RowFile> {
    const path = `${beside}.rows.${process.pid}.partial`;
    return new RowFile(path, await open(path, 'w+'), rowBytes);
  }

  /** Puts rows at the place of the first of them. */
  async write(firstRow: number, rows: Uint8Array): Promise<void> {
    for (let done = 0; done < rows.length;) {
      const { bytesWritten } = await this.file.write(rows, done, undefined, firstRow * this.rowBytes + done);
      done += bytesWritten;
    }
  }

  /** All bytes, in order. */
  async *read(): AsyncGenerator<Uint8Array> {
    for (let position = 0; ;) {
      const { bytesRead, buffer } = await this.file.read(Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES, position);
      if (bytesRead === 0) {
        return;
      }
      yield buffer.subarray(0, bytesRead);
      position += bytesRead;
    }
  }

  async close(): Promise<void> {
    await this.file.close();
    await rm(this.path, { force: true });
  }
}
