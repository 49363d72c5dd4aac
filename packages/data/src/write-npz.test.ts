import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readNpz } from './npz';
import { writeNpz } from './write-npz';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'restok-write-npz-'));
});
afterAll(() => rm(folder, { recursive: true }));

const ones = { shape: [2], values: Int32Array.of(1, 1) };

describe('writeNpz', () => {
  it('gives the same bytes for the same arrays', async () => {
    await writeNpz(join(folder, 'first.npz'), { a: ones });
    await writeNpz(join(folder, 'second.npz'), { a: ones });
    const [first, second] = await Promise.all(
      ['first.npz', 'second.npz'].map((name) => readFile(join(folder, name))),
    );
    expect(first).toEqual(second);
    // 1980-01-01 00:00 in the format of MS-DOS: day 1, month 1, year 0.
    expect([...first!.subarray(10, 14)]).toEqual([0, 0, 0x21, 0]);
  });

  it('refuses values that do not fill their shape, and writes nothing', async () => {
    const path = join(folder, 'wrong-shape.npz');
    await expect(writeNpz(path, { a: { ...ones, shape: [3] } })).rejects.toThrow(
      'values must fill [3], got 2',
    );
    await expect(readFile(path)).rejects.toThrow('ENOENT');
  });

  it('takes parts of any size, with the bytes of the whole array', async () => {
    const values = Uint8Array.from({ length: 3 * 2 ** 20 + 5 }, (_, i) => (i * i) % 251);
    const shape = [3 * 2 ** 20 + 5];
    await writeNpz(join(folder, 'whole.npz'), { a: { shape, values }, b: ones });
    await writeNpz(join(folder, 'parts.npz'), { a: { shape, parts: inParts(values, 700_001) }, b: ones });
    const whole = await readFile(join(folder, 'whole.npz'));
    expect((await readFile(join(folder, 'parts.npz'))).equals(whole)).toBe(true);
    const { a, b } = await readNpz(join(folder, 'parts.npz'), ['a', 'b']);
    expect({ shape: a.shape, b }).toEqual({ shape, b: ones });
    expect(Buffer.compare(a.values as Uint8Array, values)).toBe(0);
  });

  it.each([5, 7])('refuses parts of %d values for 6, and leaves nothing behind', async (count) => {
    const before = await readdir(folder);
    const parts = inParts(new Uint8Array(count), 2);
    await expect(writeNpz(join(folder, 'wrong.npz'), { a: { shape: [2, 3], parts } })).rejects.toThrow(
      `writeNpz: parts must fill [2, 3], got ${count} values.`,
    );
    expect(await readdir(folder)).toEqual(before);
  });

  it('throws what its parts throw, and leaves nothing behind', async () => {
    const before = await readdir(folder);
    // eslint-disable-next-line require-yield
    const parts = (async function* (): AsyncGenerator<Uint8Array> {
      await Promise.resolve();
      throw new Error('a shard is damaged');
    })();
    const write = writeNpz(join(folder, 'broken.npz'), { a: { shape: [1], parts } });
    await expect(write).rejects.toThrow('a shard is damaged');
    expect(await readdir(folder)).toEqual(before);
  });
});

async function* inParts(values: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < values.length; start += size) {
    yield await Promise.resolve(values.subarray(start, start + size));
  }
}
