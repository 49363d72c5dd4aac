import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/temporary-folder';
import { RowFile } from './row-file';

const folder = temporaryFolder();

describe('RowFile', () => {
  it('gives rows in their order, whatever the order they came in, and is gone when closed', async () => {
    const rows = await RowFile.open(join(folder, 'samples.npz'), 2 ** 19);
    const filled = (...values: number[]): Uint8Array =>
      Buffer.concat(values.map((value) => new Uint8Array(2 ** 19).fill(value)));
    await rows.write(3, filled(3, 4));
    await rows.write(0, filled(0, 1, 2));
    const parts: Uint8Array[] = [];
    for await (const part of rows.read()) {
      parts.push(part);
    }
    expect(Buffer.concat(parts).equals(filled(0, 1, 2, 3, 4))).toBe(true);
    await rows.close();
    expect(await readdir(folder)).toEqual([]);
  });
});
