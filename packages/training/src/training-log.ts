import { appendFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A log of one JSON object a line, each with a `step`. */
export class TrainingLog {
  constructor(private readonly path: string) {}

  /**
   * Drops what came after a step, and a line that was cut off, so that a resumed run repeats nothing. The file
   * is replaced as a whole: a process killed here leaves the old one.
   */
  async resumeFrom(step: number): Promise<void> {
    const lines = (await this.read()).split('\n').filter((line) => isUpTo(line, step));
    await mkdir(dirname(this.path), { recursive: true });
    const partialPath = `${this.path}.partial`;
    await writeFile(partialPath, lines.map((line) => `${line}\n`).join(''));
    await rename(partialPath, this.path);
  }

  async append(entry: { readonly step: number } & Readonly<Record<string, unknown>>): Promise<void> {
    await appendFile(this.path, `${JSON.stringify(entry)}\n`);
  }

  /** A log that cannot be read is an error, or it would be replaced by an empty one. */
  private async read(): Promise<string> {
    try {
      return await readFile(this.path, 'utf8');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
        return '';
      }
      throw error;
    }
  }
}

function isUpTo(line: string, step: number): boolean {
  try {
    const entry = JSON.parse(line) as { step?: unknown };
    return typeof entry.step === 'number' && entry.step <= step;
  } catch {
    return false;
  }
}
