import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ShardContent } from '../../test/shard-files';
import { tarBytes } from '../../test/shard-files';
import { openByteSource } from './byte-source';
import type { ShardIndex } from './shard-index';
import { indexShard } from './shard-index';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'restok-shard-index-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function indexOf(content: ShardContent): Promise<ShardIndex> {
  const path = join(folder, 'a.tar');
  await writeFile(path, await tarBytes(content));
  const source = await openByteSource(path);
  const index = await indexShard(source, path);
  await source.close();
  return index;
}

describe('indexShard', () => {
  it('groups files by their path up to the first dot of the name', async () => {
    const index = await indexOf([
      ['n01/a.b.c.cls', '4'],
      ['n01/a.b.jpg', 'no member of the kind jpg'],
      ['n01/a.jpg', 'first'],
      ['n02/a.cls', '5'],
      ['n02/a.JPEG', 'second'],
      ['n02/a.txt', 'a caption'],
    ]);
    expect(index.keys).toEqual(['n01/a', 'n02/a']);
    expect(index.lengths).toEqual([5, 6]);
    // Files of 512 bytes and headers of 512 bytes.
    expect(index.offsets).toEqual([5 * 512, 9 * 512]);
    expect(index.labels.map((label) => index.labelTexts[label])).toEqual(['', '5']);
    expect(index.skipped).toEqual([]);
  });

  it('takes every kind of picture, and the label from .cls before .json', async () => {
    const index = await indexOf([
      ['a.png', 'x'],
      ['a.json', '{"label": 3}'],
      ['a.cls', ' 2\n'],
      ['b.webp', 'x'],
      ['b.json', '{"cls": "cat"}'],
      ['c.jpeg', 'x'],
      ['c.json', '{"width": 3}'],
      ['d.jpg', 'x'],
      ['d.cls', '2'],
    ]);
    expect(index.labels.map((label) => index.labelTexts[label])).toEqual(['2', 'cat', '', '2']);
    expect(index.labelTexts).toHaveLength(3);
  });

  it('passes over hidden files and what writers put beside samples', async () => {
    const index = await indexOf([
      ['._a.jpg', 'x'],
      ['.DS_Store', 'x'],
      ['__meta__.json', '{}'],
      ['README', 'x'],
      ['a.jpg', 'x'],
    ]);
    expect(index.keys).toEqual(['a']);
    expect(index.skipped).toEqual([]);
  });

  it('lists samples without a picture, with two, an empty one, or a label that is none', async () => {
    const index = await indexOf([
      ['a.cls', '1'],
      ['b.jpg', 'x'],
      ['b.png', 'x'],
      ['c.jpg', ''],
      ['d.jpg', 'x'],
      ['d.json', '{"label": '],
      ['e.jpg', 'x'],
      ['e.cls', ''],
      ['f.jpg', 'x'],
      ['f.cls', Buffer.alloc(70_000, '1')],
      ['g.jpg', 'x'],
      ['g.json', '{"label": [1]}'],
      ['h.jpg', 'x'],
      ['h.cls', Uint8Array.of(0xff, 0xfe)],
      ['i.jpg', 'x'],
    ]);
    expect(index.keys).toEqual(['i']);
    expect(index.skipped).toEqual([
      { key: 'a', problem: 'no picture' },
      { key: 'b', problem: '2 pictures' },
      { key: 'c', problem: 'a picture of 0 bytes' },
      { key: 'd', problem: 'a .json that holds no label' },
      { key: 'e', problem: 'a .cls that holds no label' },
      { key: 'f', problem: 'a .cls that holds no label' },
      { key: 'g', problem: 'a .json that holds no label' },
      { key: 'h', problem: 'a .cls that holds no label' },
    ]);
  });
});
