import { mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { DataError } from '@restok/core/errors';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeNpy } from './npy';
import { readNpz, readNpzSome } from './npz';
import { writeNpz } from './write-npz';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'restok-npz-'));
});
afterAll(() => rm(folder, { recursive: true }));

const ones = { shape: [2], values: Int32Array.of(1, 1) };
const twos = { shape: [1], values: Int32Array.of(2) };

describe('readNpz', () => {
  it('gives back what writeNpz was given, odd names included', async () => {
    const path = join(folder, 'odd.npz');
    const arrays = { a: ones, 'b/c': twos, ['__proto__']: twos, 'ü 😀': ones };
    await writeNpz(path, arrays);
    expect(await readNpz(path, ['a', 'b/c', 'ü 😀'])).toEqual({ a: ones, 'b/c': twos, 'ü 😀': ones });
    const proto = await readNpz(path, ['__proto__']);
    expect(Object.entries(proto)).toEqual([['__proto__', twos]]);
  });

  it('unpacks nothing but the wanted names and writes no files', async () => {
    const path = join(folder, 'hostile.npz');
    const npy = encodeNpy(ones);
    await writeFile(
      path,
      zipSync({ '../a.npy': npy, '/a.npy': npy, 'A.npy': npy, 'a.npy': encodeNpy(twos) }),
    );
    const before = await readdir(folder);
    expect(await readNpz(path, ['a'])).toEqual({ a: twos });
    expect(await readdir(folder)).toEqual(before);
  });

  it('refuses arrays that unpack to more than the limit', async () => {
    const path = join(folder, 'bomb.npz');
    await writeNpz(path, { a: { shape: [1_000_000], values: new Uint8Array(1_000_000) } });
    expect((await stat(path)).size).toBeLessThan(10_000);
    await expect(readNpz(path, ['a'], { maxBytes: 999_999 })).rejects.toThrow(
      /bomb\.npz unpacks to 1000128 bytes, more than the 999999 that are read/,
    );
    expect((await readNpz(path, ['a'])).a.values).toHaveLength(1_000_000);
  });

  it('notices a single bit that has changed', async () => {
    const path = join(folder, 'bit.npz');
    await writeFile(path, zipSync({ 'a.npy': encodeNpy(ones) }, { level: 0 }));
    const bytes = await readFile(path);
    bytes[bytes.indexOf(Buffer.from(ones.values.buffer))]! ^= 2;
    await writeFile(path, bytes);
    await expect(readNpz(path, ['a'])).rejects.toThrow(/"a\.npy" does not have its checksum/);
  });

  it('says which array is missing', async () => {
    const path = join(folder, 'lacking.npz');
    await writeNpz(path, { a: ones });
    await expect(readNpz(path, ['a', 'b'])).rejects.toThrow(/lacking\.npz holds no array "b"/);
    await expect(readNpz(path, ['toString'])).rejects.toThrow(DataError);
  });

  it('refuses a missing, a foreign and a truncated file', async () => {
    await expect(readNpz(join(folder, 'none.npz'), ['a'])).rejects.toThrow(/none\.npz does not exist/);
    const path = join(folder, 'cut.npz');
    await writeFile(path, 'hello');
    await expect(readNpz(path, ['a'])).rejects.toThrow(DataError);
    await writeNpz(path, { a: ones });
    const whole = await readFile(path);
    await writeFile(path, whole.subarray(0, whole.length / 2));
    await expect(readNpz(path, ['a'])).rejects.toThrow(/not a complete \.npz/);
  });
});

/** Numbers of 2, 4 and 8 bytes, lowest first, as zip archives hold them. */
function fields(...numbers: readonly (readonly [bytes: 2 | 4 | 8, value: number])[]): Buffer {
  return Buffer.concat(
    numbers.map(([bytes, value]) => {
      const field = Buffer.alloc(8);
      field.writeBigUInt64LE(BigInt(value));
      return field.subarray(0, bytes);
    }),
  );
}

/** An archive whose only file begins after a hole, which takes no room on the disk. */
async function writeAfterHole(path: string, hole: number, name: string, content: Uint8Array): Promise<void> {
  const facts = fields([4, crc32(content)], [4, content.length], [4, content.length], [2, name.length]);
  const local = Buffer.concat([
    fields([4, 0x04034b50], [2, 45], [2, 0], [2, 0], [2, 0], [2, 0x21]),
    facts,
    fields([2, 0]),
    Buffer.from(name),
    content,
  ]);
  const directory = Buffer.concat([
    fields([4, 0x02014b50], [2, 45], [2, 45], [2, 0], [2, 0], [2, 0], [2, 0x21]),
    facts,
    // 12 bytes of extra field, no comment, disk 0, no attributes, the place in the extra field.
    fields([2, 12], [2, 0], [2, 0], [2, 0], [4, 0], [4, 0xffffffff]),
    Buffer.from(name),
    fields([2, 1], [2, 8], [8, hole]),
  ]);
  const start = hole + local.length;
  const end = Buffer.concat([
    fields([4, 0x06064b50], [8, 44], [2, 45], [2, 45], [4, 0], [4, 0]),
    fields([8, 1], [8, 1], [8, directory.length], [8, start]),
    fields([4, 0x07064b50], [4, 0], [8, start + directory.length], [4, 1]),
    fields([4, 0x06054b50], [2, 0], [2, 0], [2, 1], [2, 1], [4, directory.length], [4, 0xffffffff], [2, 0]),
  ]);
  const file = await open(path, 'w');
  await file.write(Buffer.concat([local, directory, end]), 0, undefined, hole);
  await file.close();
}

describe('readNpz of a large archive', () => {
  it('reads an array beyond 4 GiB without the rest', async () => {
    const path = join(folder, 'large.npz');
    await writeAfterHole(path, 5 * 2 ** 30, 'a.npy', encodeNpy(ones));
    expect((await stat(path)).size).toBeGreaterThan(5 * 2 ** 30);
    expect(await readNpz(path, ['a'])).toEqual({ a: ones });
    await rm(path);
  });

  it('refuses one whose end is not where its locator says', async () => {
    const path = join(folder, 'wrong-locator.npz');
    await writeAfterHole(path, 100, 'a.npy', encodeNpy(ones));
    expect(await readNpz(path, ['a'])).toEqual({ a: ones });
    const bytes = await readFile(path);
    bytes[bytes.length - 22 - 12]! ^= 1;
    await writeFile(path, bytes);
    await expect(readNpz(path, ['a'])).rejects.toThrow(/not a complete \.npz file/);
  });
});

describe('readNpzSome', () => {
  it('gives those of the wanted arrays that are there', async () => {
    const path = join(folder, 'some.npz');
    await writeNpz(path, { a: ones, mu: { shape: [1], values: Float64Array.of(0.5) } });
    expect(await readNpzSome(path, ['mu', 'sigma'])).toEqual({
      mu: { shape: [1], values: Float64Array.of(0.5) },
    });
  });
});
