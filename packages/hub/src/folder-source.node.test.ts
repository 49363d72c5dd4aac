import { mkdir, symlink, truncate, writeFile } from 'node:fs/promises';
import { CheckpointError } from '@restok/core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { temporaryFolder } from '../test/temporary-folder';
import { addressOfPath as addressInBrowser, openFolder as openInBrowser } from './folder-source.browser';
import { addressOfPath, openFolder } from './folder-source.node';
import type { ModelSource } from './model-source';

const at = temporaryFolder();

async function open(): Promise<ModelSource> {
  return (await openFolder(at('model')))!.source;
}

describe('openFolder', () => {
  beforeAll(async () => {
    await mkdir(at('model', 'inner'), { recursive: true });
    await writeFile(at('model', 'a.bin'), Uint8Array.of(0, 1, 2, 3));
    await writeFile(at('secret'), 'secret');
    await symlink('a.bin', at('model', 'link.bin'));
  });

  it('opens a folder, or the folder of a file', async () => {
    expect((await openFolder(at('model')))?.file).toBeUndefined();
    const opened = await openFolder(at('model', 'a.bin'));
    expect({ file: opened?.file, description: opened?.source.description }).toEqual({
      file: 'a.bin',
      description: at('model'),
    });
  });

  it.each(['none', 'model/a.bin/b', 'a\0b', 'x'.repeat(5000)])('finds nothing at %.20j', async (path) => {
    expect(await openFolder(at(path))).toBeUndefined();
  });

  it('gives sizes of files only', async () => {
    const source = await open();
    expect(await source.size('a.bin')).toBe(4);
    expect(await source.size('link.bin')).toBe(4);
    expect(await source.size('inner')).toBeUndefined();
    expect(await source.size('none')).toBeUndefined();
  });

  it('reads ranges, several at once', async () => {
    const source = await open();
    const ranges = await Promise.all([
      source.read('a.bin', 1, 3),
      source.read('a.bin', 0, 4),
      source.read('a.bin', 2, 2),
    ]);
    expect(ranges.map((range) => [...range])).toEqual([[1, 2], [0, 1, 2, 3], []]);
    await source.close();
  });

  it('says where a file ends that became shorter', async () => {
    await writeFile(at('model', 'shorter.bin'), new Uint8Array(8));
    const source = await open();
    await source.size('shorter.bin');
    await truncate(at('model', 'shorter.bin'), 6);
    await expect(source.read('shorter.bin', 4, 8)).rejects.toThrow(
      new CheckpointError(
        `read: ${at('model', 'shorter.bin')} ends at byte 6, expected 8. The file is cut off; get it again.`,
      ),
    );
    await source.close();
  });

  it('turns what the system says into one line', async () => {
    const source = await open();
    await expect(source.read('none', 0, 1)).rejects.toThrow(
      /^read: [^\n]*none cannot be read \(ENOENT[^\n]*\)\. Check the path\.$/,
    );
    await source.close();
  });

  it('reads a file that was missing before', async () => {
    const source = await open();
    await expect(source.read('late.bin', 0, 1)).rejects.toThrow('ENOENT');
    await writeFile(at('model', 'late.bin'), Uint8Array.of(7));
    expect([...(await source.read('late.bin', 0, 1))]).toEqual([7]);
    await source.close();
  });

  it.each(['../secret', 'inner/../../secret', '/etc/hostname'])(
    'does not leave the folder for %s',
    async (path) => {
      const source = await open();
      await expect(source.size(path)).rejects.toThrow('leaves the model folder');
      await expect(source.read(path, 0, 1)).rejects.toThrow('leaves the model folder');
    },
  );

  it('finds nothing in a browser', async () => {
    expect(await openInBrowser(at('model'))).toBeUndefined();
  });

  it('takes a path for an address of the site in a page, and nowhere else', () => {
    const paths = ['./model', '/model', '../model', 'model', 'owner/name'];
    expect(paths.map(addressInBrowser)).toEqual(paths.map(() => undefined));
    vi.stubGlobal('location', { href: 'https://host/app/page.html' });
    expect(paths.map(addressInBrowser)).toEqual([
      'https://host/app/model',
      'https://host/model',
      'https://host/model',
      undefined,
      undefined,
    ]);
    expect(paths.map(addressOfPath)).toEqual(paths.map(() => undefined));
    vi.stubGlobal('location', { href: 'blob:https://host/1' });
    expect(addressInBrowser('./model')).toBeUndefined();
    vi.unstubAllGlobals();
  });
});
