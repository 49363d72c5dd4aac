import { DataError } from '@restok/core/errors';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import type { ArchiveBytes } from './zip-directory';
import { unzip } from './zip-reader';

const TEXT = Buffer.from('some text that repeats, repeats, repeats, repeats');
const OPTIONS = { archiveName: 'a.npz', maxBytes: 1e6 };

/** An archive in memory. */
function bytesOf(archive: Uint8Array): ArchiveBytes {
  const data = Buffer.from(archive.buffer, archive.byteOffset, archive.byteLength);
  return { size: data.length, read: (start, end) => Promise.resolve(data.subarray(start, end)) };
}

/** An archive of one packed file; its directory starts with the signature PK 1 2. */
const archive = (): Buffer => Buffer.from(zipSync({ 'a.npy': TEXT }, { level: 9 }));
const directoryOf = (zip: Buffer): number => zip.indexOf('PK\x01\x02');

/** The archive with a number of its directory changed. */
function withDirectory(offset: number, value: number): Buffer {
  const zip = archive();
  zip.writeUInt32LE(value, directoryOf(zip) + offset);
  return zip;
}

function changed(change: (zip: Buffer) => void): Buffer {
  const zip = archive();
  change(zip);
  return zip;
}

describe('unzip', () => {
  it.each([0, 9] as const)('gives the wanted files, packed at level %i', async (level) => {
    const zip = zipSync({ 'a.npy': TEXT, 'b.npy': Buffer.alloc(0), 'c.npy': TEXT }, { level });
    const files = await unzip(bytesOf(zip), ['a.npy', 'b.npy', 'none.npy'], OPTIONS);
    expect([...files].map(([name, file]) => [name, String(file)])).toEqual([
      ['a.npy', String(TEXT)],
      ['b.npy', ''],
    ]);
  });

  it('finds the directory before a comment', async () => {
    const zip = Buffer.concat([archive(), Buffer.from('a comment')]);
    zip.writeUInt16LE(9, zip.length - 9 - 2);
    expect((await unzip(bytesOf(zip), ['a.npy'], OPTIONS)).size).toBe(1);
  });

  it('refuses a bomb by what its directory says, before it unpacks', async () => {
    const zip = zipSync({ 'a.npy': new Uint8Array(2e6), 'b.npy': TEXT });
    expect(zip.length).toBeLessThan(4000);
    await expect(unzip(bytesOf(zip), ['a.npy'], OPTIONS)).rejects.toThrow(
      'readNpz: a.npz unpacks to 2000000 bytes, more than the 1000000 that are read. Do not use it.',
    );
    expect((await unzip(bytesOf(zip), ['b.npy'], OPTIONS)).size).toBe(1);
  });

  it('unpacks no more than the directory says', async () => {
    const zip = Buffer.from(zipSync({ 'a.npy': new Uint8Array(2e6) }));
    zip.writeUInt32LE(1000, directoryOf(zip) + 24);
    await expect(unzip(bytesOf(zip), ['a.npy'], OPTIONS)).rejects.toThrow(
      /not a complete \.npz file \([^\n]*larger than 1000/,
    );
  });

  it.each<[string, Buffer]>([
    ['a size that is too large', withDirectory(24, TEXT.length + 1)],
    ['a packed size beyond the file', withDirectory(20, 1e6)],
    ['another checksum', withDirectory(16, 1)],
    ['an entry beyond the file', withDirectory(42, 1e6)],
    ['an entry in the wrong place', withDirectory(42, 1)],
    ['a damaged directory', changed((zip) => zip.fill(0, directoryOf(zip), directoryOf(zip) + 4))],
    ['a damaged byte', changed((zip) => (zip[37]! ^= 1))],
    ['an unknown method', changed((zip) => zip.writeUInt16LE(99, directoryOf(zip) + 10))],
    ['half of it', archive().subarray(0, archive().length / 2)],
    ['no bytes', Buffer.alloc(0)],
    ['a text', Buffer.from('x'.repeat(100_000))],
    ['more entries than it has', changed((zip) => zip.writeUInt16LE(2, zip.length - 12))],
  ])('refuses an archive with %s, in one line', async (_what, zip) => {
    await expect(unzip(bytesOf(zip), ['a.npy'], OPTIONS)).rejects.toThrow(DataError);
    await expect(unzip(bytesOf(zip), ['a.npy'], OPTIONS)).rejects.toThrow(
      /^readNpz: a\.npz is not a complete \.npz file \([^\n]*\)\. Write it again\.$/,
    );
  });

  it('refuses a name that occurs twice', async () => {
    const zip = Buffer.from(zipSync({ 'a.npy': TEXT, 'b.npy': TEXT }));
    const second = zip.lastIndexOf('b.npy');
    zip.write('a.npy', second);
    await expect(unzip(bytesOf(zip), ['a.npy'], OPTIONS)).rejects.toThrow('"a.npy" occurs twice');
  });
});
