import { DataError } from '@restok/core/errors';
import { describe, expect, it } from 'vitest';
import { tarBytes, tarHeader } from '../../test/shard-files';
import type { ByteSource } from './byte-source';
import type { ShardMember } from './shard-members';
import { shardMembers } from './shard-members';

/** Bytes in memory that count what is read of them; `size` may claim more. */
function sourceOf(bytes: Uint8Array, size = bytes.length): ByteSource & { readonly taken: () => number } {
  let taken = 0;
  return {
    name: 'a.tar',
    version: '',
    size,
    read: async (offset, length) => {
      taken += length;
      const read = new Uint8Array(length);
      read.set(bytes.subarray(offset, offset + length));
      return read;
    },
    close: async () => undefined,
    taken: () => taken,
  };
}

async function membersOf(source: ByteSource, windowBytes = 512): Promise<ShardMember[]> {
  const members: ShardMember[] = [];
  for await (const member of shardMembers(source, (path) => path.endsWith('.cls'), windowBytes)) {
    members.push(member);
  }
  return members;
}

async function problemOf(bytes: Uint8Array, size?: number): Promise<string> {
  const error: unknown = await membersOf(sourceOf(bytes, size)).then(
    () => undefined,
    (problem: unknown) => problem,
  );
  expect(error).toBeInstanceOf(DataError);
  const { message } = error as DataError;
  expect(message).not.toContain('\n');
  return message;
}

describe('shardMembers', () => {
  it('tells where the bytes of every file lie, and gives the content that is wanted', async () => {
    const longName = `${'deep/'.repeat(60)}b.jpg`;
    const bytes = await tarBytes([
      ['a.jpg', 'picture'],
      ['a.cls', '7'],
      [longName, Buffer.alloc(3000, 1)],
      ['empty.txt', ''],
    ]);
    const members = await membersOf(sourceOf(bytes));
    expect(members.map(({ path, size }) => [path, size])).toEqual([
      ['a.jpg', 7],
      ['a.cls', 1],
      [longName, 3000],
      ['empty.txt', 0],
    ]);
    const [first, second, third] = members as [ShardMember, ShardMember, ShardMember];
    expect(bytes.toString('utf8', first.offset, first.offset + 7)).toBe('picture');
    expect(first.content).toBeUndefined();
    expect(Buffer.from(second.content!).toString()).toBe('7');
    expect(bytes.subarray(third.offset, third.offset + 3000).every((byte) => byte === 1)).toBe(true);
  });

  it('reads headers and what is wanted only, in blocks as long as the window', async () => {
    const bytes = await tarBytes([
      ['a.jpg', Buffer.alloc(3_000_000)],
      ['a.cls', '7'],
    ]);
    const exact = sourceOf(bytes);
    expect(await membersOf(exact)).toHaveLength(2);
    // Two headers, the block of the label, and the two blocks that end an archive.
    expect(exact.taken()).toBe(5 * 512);
    const inBlocks = sourceOf(bytes);
    expect(await membersOf(inBlocks, 4096)).toHaveLength(2);
    // One block at the start; all that follows the picture in a second one.
    expect(inBlocks.taken()).toBe(4096 + 4 * 512);
  });

  it('stops at the end of the archive, whatever follows', async () => {
    const bytes = await tarBytes([['a.cls', '7']]);
    expect(await membersOf(sourceOf(Buffer.concat([bytes, Buffer.alloc(5000, 1)])))).toHaveLength(1);
    // A device of zeros that never ends is an empty archive.
    expect(await membersOf(sourceOf(new Uint8Array(0), Number.MAX_SAFE_INTEGER))).toEqual([]);
  });

  it('takes an archive without the blocks that should end it', async () => {
    const bytes = await tarBytes([['a.cls', '7']]);
    expect(await membersOf(sourceOf(bytes.subarray(0, 1024)))).toHaveLength(1);
    expect(await membersOf(sourceOf(bytes.subarray(0, 1536)))).toHaveLength(1);
  });

  it('passes over directories and links', async () => {
    const bytes = Buffer.concat([
      tarHeader('folder.jpg/', 0, '5'),
      tarHeader('link.jpg', 0, '2'),
      await tarBytes([['a.cls', '7']]),
    ]);
    expect((await membersOf(sourceOf(bytes))).map(({ path }) => path)).toEqual(['a.cls']);
  });

  it('names a shard that is cut off in a file or in a header', async () => {
    const bytes = await tarBytes([['a.jpg', Buffer.alloc(3000, 1)]]);
    expect(await problemOf(bytes.subarray(0, 2000))).toContain('must hold 3512 bytes for "a.jpg", got 2000');
    expect(await problemOf(bytes.subarray(0, 300))).toContain('cut off in a header, after 300 bytes');
    expect(await problemOf(Buffer.concat([tarHeader('x', 100, 'x')]))).toContain('cut off in a header');
  });

  it('refuses sizes that lie, without reading to their end', async () => {
    const base256 = Buffer.alloc(12);
    base256[0] = 0x80;
    base256.writeUInt32BE(0xffffff, 4);
    const sizes = [8 ** 11 - 1, base256.toString('latin1')];
    for (const size of sizes) {
      expect(await problemOf(tarHeader('a.jpg', size))).toContain('cut off; get it again');
      expect(await problemOf(tarHeader('link', size, '2'))).toContain('cut off; get it again');
    }
    const record = Buffer.alloc(512);
    record.write('26 size=99999999999999999\n');
    expect(
      await problemOf(Buffer.concat([tarHeader('x', 26, 'x'), record, tarHeader('a.jpg', 1)])),
    ).toContain('for "a.jpg"');
  });

  it('refuses headers without end', async () => {
    expect(await problemOf(tarHeader('x', 8 ** 11 - 1, 'L'), 2 ** 40)).toContain('damaged');
    const names = Array.from({ length: 1100 }, () => [tarHeader('x', 512, 'L'), Buffer.alloc(512, 'a')]);
    expect(await problemOf(Buffer.concat(names.flat()))).toContain('headers of at most');
  });

  it('names a file that is no tar', async () => {
    expect(await problemOf(Buffer.alloc(2048, 'no tar'))).toContain('a.tar is no tar, or damaged');
    const bytes = await tarBytes([['a.cls', '7']]);
    bytes[3]! ^= 1;
    expect(await problemOf(bytes)).toContain('a.tar is no tar, or damaged');
  });
});
