import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { DataError } from '@restok/core/errors';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeNpy } from './npy';
import { npyHeader } from './npy-header';
import { openNpzRows } from './npz-rows';
import { writeNpz } from './write-npz';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'restok-rows-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** 600 rows of 2 x 5,000 bytes, more than is read at a time, that pack well but not to nothing. */
const ROW = 10_000;
const rows = { shape: [600, 2, 5000], values: new Uint8Array(600 * ROW).map((_, i) => (i * i) >> 8) };
const rowsOf = (start: number, end: number): Uint8Array => rows.values.subarray(start * ROW, end * ROW);

async function packed(name: string, file: Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, zipSync({ 'other.npy': encodeNpy(rows).subarray(0, 200), 'arr_0.npy': file }));
  return path;
}

describe('openNpzRows', () => {
  it.each(['stored', 'packed'])('gives rows of a %s array in any order', async (kind) => {
    const path =
      kind === 'stored' ? join(folder, 'rows.npz') : await packed('rows-packed.npz', encodeNpy(rows));
    if (kind === 'stored') {
      await writeNpz(path, { other: { shape: [1], values: Int32Array.of(7) }, arr_0: rows });
    }
    const opened = await openNpzRows(path, 'arr_0');
    expect(opened.shape).toEqual([600, 2, 5000]);
    for (const [start, end] of [
      [0, 1],
      [1, 3],
      [400, 590],
      [5, 6],
      [599, 600],
      [0, 600],
      [7, 7],
    ] as const) {
      expect(Buffer.compare(await opened.read(start, end), rowsOf(start, end)), `${start}-${end}`).toBe(0);
    }
    const together = await Promise.all([2, 1, 0].map((row) => opened.read(row, row + 1)));
    expect(together.map((row, i) => Buffer.compare(row, rowsOf(2 - i, 3 - i)))).toEqual([0, 0, 0]);
    await opened.close();
  });

  it('tells the type, and gives bytes of whatever type it is', async () => {
    const path = join(folder, 'floats.npz');
    const floats = Float32Array.of(1, 2, 3, 4, 5, 6);
    await writeNpz(path, { floats: { shape: [3, 2], values: floats } });
    const opened = await openNpzRows(path, 'floats');
    expect(opened).toMatchObject({ descriptor: '<f4', shape: [3, 2] });
    expect([...new Float32Array(Uint8Array.from(await opened.read(1, 3)).buffer)]).toEqual([3, 4, 5, 6]);
    await opened.close();
  });

  it('refuses what has no rows, or is not there', async () => {
    const path = join(folder, 'others.npz');
    await writeNpz(path, { single: { shape: [], values: Uint8Array.of(1) } });
    await expect(openNpzRows(path, 'single')).rejects.toThrow('single must have rows, got a single value');
    await expect(openNpzRows(path, 'arr_0')).rejects.toThrow('holds no array "arr_0"');
    await expect(openNpzRows(join(folder, 'none.npz'), 'arr_0')).rejects.toThrow('does not exist');
  });

  it('refuses contents that are not what the directory and the header say', async () => {
    const whole = await readFile(await packed('whole.npz', encodeNpy(rows)));
    const central = whole.lastIndexOf('arr_0.npy') - 46;
    expect(whole.readUInt32LE(central)).toBe(0x02014b50);
    const changes: readonly [string, (bytes: Buffer) => void][] = [
      ['checksum', (bytes) => bytes.writeUInt32LE(1, central + 16)],
      ['shorter', (bytes) => bytes.writeUInt32LE(bytes.readUInt32LE(central + 24) - 1, central + 24)],
      ['longer', (bytes) => bytes.writeUInt32LE(bytes.readUInt32LE(central + 24) + 1, central + 24)],
      ['cut', (bytes) => bytes.writeUInt32LE(bytes.readUInt32LE(central + 20) - 9, central + 20)],
      ['noise', (bytes) => bytes.fill(0xff, central - 5000, central - 4000)],
      ['method', (bytes) => bytes.writeUInt16LE(12, central + 10)],
    ];
    for (const [name, change] of changes) {
      const bytes = Buffer.from(whole);
      change(bytes);
      const path = join(folder, `${name}.npz`);
      await writeFile(path, bytes);
      await expect(openNpzRows(path, 'arr_0'), name).rejects.toThrow(DataError);
      await expect(openNpzRows(path, 'arr_0'), name).rejects.toThrow(/is not a complete \.npz file/);
    }
    const cut = await packed('cut-values.npz', encodeNpy(rows).subarray(0, 5000));
    await expect(openNpzRows(cut, 'arr_0')).rejects.toThrow('it holds 4872 bytes instead of 6000000');
  });

  it('unpacks no more than the beginning of an array that is larger than its header says', async () => {
    const header = npyHeader('|u1', [4, 8, 8, 3]);
    const file = new Uint8Array(header.length + 64 * 2 ** 20);
    file.set(header);
    const bytes = Buffer.from(zipSync({ 'arr_0.npy': file }));
    // Damage behind the beginning: whoever unpacks all of it comes upon that first.
    bytes.fill(0xff, bytes.length >> 1, (bytes.length >> 1) + 100);
    const path = join(folder, 'bomb.npz');
    await writeFile(path, bytes);
    await expect(openNpzRows(path, 'arr_0')).rejects.toThrow('"arr_0.npy" is larger than its header says');
  });

  it.runIf(process.env.RESTOK_SLOW !== undefined)(
    'opens an array beyond 4 GiB (in npm run test:slow)',
    { timeout: 300_000 },
    async () => {
      const path = join(folder, 'large.npz');
      const count = 5 * 2 ** 20;
      const header = npyHeader('|u1', [count, 1024]);
      await writeSparse(path, 'arr_0.npy', header, count * 1024, 9);
      const opened = await openNpzRows(path, 'arr_0');
      expect(opened.shape).toEqual([count, 1024]);
      const last = await opened.read(count - 1, count);
      expect([last[0], last[1023]]).toEqual([0, 9]);
      await opened.close();
      await rm(path);
    },
  );
});

/** A .npz with one stored array of zeros that takes no room on the disk, and a last value. */
async function writeSparse(
  path: string,
  name: string,
  header: Uint8Array,
  size: number,
  last: number,
): Promise<void> {
  const zeros = Buffer.alloc(2 ** 24);
  let checksum = crc32(header);
  for (let done = 0; done < size - 1; done += zeros.length) {
    checksum = crc32(zeros.subarray(0, Math.min(zeros.length, size - 1 - done)), checksum);
  }
  checksum = crc32(Buffer.of(last), checksum);
  const fields = (...numbers: readonly [bytes: 2 | 4 | 8, value: number][]): Buffer =>
    Buffer.concat(
      numbers.map(([bytes, value]) => {
        const field = Buffer.alloc(8);
        field.writeBigUInt64LE(BigInt(value));
        return field.subarray(0, bytes);
      }),
    );
  const bytes = header.length + size;
  const common: [2 | 4, number][] = [[2, 45], [2, 0], [2, 0], [4, 0], [4, checksum]]; // prettier-ignore
  const names = Buffer.from(name);
  const local = Buffer.concat([
    fields([4, 0x04034b50], ...common, [4, 0xffffffff], [4, 0xffffffff], [2, names.length], [2, 20]),
    names,
    fields([2, 1], [2, 16], [8, bytes], [8, bytes]),
  ]);
  const start = local.length + bytes;
  const directory = Buffer.concat([
    fields([4, 0x02014b50], [2, 45], ...common, [4, 0xffffffff], [4, 0xffffffff], [2, names.length]),
    fields([2, 20], [2, 0], [2, 0], [2, 0], [4, 0], [4, 0]),
    names,
    fields([2, 1], [2, 16], [8, bytes], [8, bytes]),
  ]);
  const end = Buffer.concat([
    fields([4, 0x06064b50], [8, 44], [2, 45], [2, 45], [4, 0], [4, 0], [8, 1], [8, 1]),
    fields([8, directory.length], [8, start]),
    fields([4, 0x07064b50], [4, 0], [8, start + directory.length], [4, 1]),
    fields([4, 0x06054b50], [2, 0], [2, 0], [2, 1], [2, 1], [4, directory.length], [4, 0xffffffff], [2, 0]),
  ]);
  const file = await open(path, 'w');
  await file.write(Buffer.concat([local, header]), 0, undefined, 0);
  await file.write(Buffer.concat([Buffer.of(last), directory, end]), 0, undefined, start - 1);
  await file.close();
}
