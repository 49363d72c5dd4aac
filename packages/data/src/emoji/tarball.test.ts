import { gzipSync } from 'node:zlib';
import { DataError } from '@restok/core/errors';
import { pack } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { tarballEntries } from './tarball';

/** What these tests say of an entry. */
interface EntryHeader {
  readonly name: string;
  readonly type?: 'symlink' | 'link' | 'directory';
  readonly linkname?: string;
}

async function tarball(entries: readonly (readonly [EntryHeader, string?])[]): Promise<Buffer> {
  const archive = pack();
  for (const [header, content] of entries) {
    archive.entry(header, content ?? '');
  }
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) {
    chunks.push(chunk as Buffer);
  }
  return gzipSync(Buffer.concat(chunks));
}

const everything = (): boolean => true;

describe('tarballEntries', () => {
  it('gives the wanted files', async () => {
    const bytes = await tarball([
      [{ name: 'package/a' }, 'A'],
      [{ name: 'package/b' }, 'B'],
    ]);
    const files = await tarballEntries(bytes, 1, (path) => path === 'package/b');
    expect([...files].map(([path, content]) => [path, String(content)])).toEqual([['package/b', 'B']]);
  });

  it('passes over links and folders', async () => {
    const bytes = await tarball([
      [{ name: 'package/link', type: 'symlink', linkname: '/etc/passwd' }],
      [{ name: 'package/hard', type: 'link', linkname: '../../x' }],
      [{ name: 'package/folder', type: 'directory' }],
      [{ name: 'package/a' }, 'A'],
    ]);
    expect([...(await tarballEntries(bytes, 1, everything)).keys()]).toEqual(['package/a']);
  });

  it.each(['../a', 'package/../../a', 'package/..'])('refuses the path %s', async (name) => {
    const bytes = await tarball([[{ name }, 'A']]);
    await expect(tarballEntries(bytes, 1, everything)).rejects.toThrow(/leaves its package/);
  });

  it('refuses a wanted file above the limit, and passes over others', async () => {
    const bytes = await tarball([
      [{ name: 'package/a' }, 'A'],
      [{ name: 'package/large' }, 'AB'],
    ]);
    await expect(tarballEntries(bytes, 1, everything)).rejects.toThrow(/larger than 1 bytes/);
    expect((await tarballEntries(bytes, 1, (path) => path === 'package/a')).size).toBe(1);
  });

  it('refuses what is not gzipped, and what is cut off', async () => {
    await expect(tarballEntries(Buffer.from('hello'), 1, everything)).rejects.toThrow(DataError);
    const whole = await tarball([[{ name: 'package/a' }, 'A'.repeat(5000)]]);
    const cut = whole.subarray(0, whole.length / 2);
    await expect(tarballEntries(cut, 5000, everything)).rejects.toThrow(/the tarball is damaged/);
  });
});
