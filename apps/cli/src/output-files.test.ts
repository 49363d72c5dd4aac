import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError } from '@restok/core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { temporaryFolder } from '../test/temporary-folder';
import { checkOutputs, checkPngName, writePngsWhole } from './output-files';
import { UsageError } from './usage-error';

const folder = temporaryFolder();
const input = join(folder, 'input.png');

beforeAll(async () => {
  await writeFile(input, 'x');
  await symlink(input, join(folder, 'link.png'));
  await mkdir(join(folder, 'taken'));
});

describe('checkOutputs', () => {
  it('accepts new files, existing files and folders still to be made', async () => {
    await writeFile(join(folder, 'old.png'), 'x');
    await checkOutputs([join(folder, 'old.png'), join(folder, 'a/b/c.png')], [input, 'missing.png']);
  });

  it.each(['input.png', 'taken/../input.png', 'link.png'])(
    'refuses to overwrite an input as %s',
    async (name) => {
      await expect(checkOutputs([join(folder, name)], [input])).rejects.toThrow(UsageError);
    },
  );

  it('refuses to write one file twice', async () => {
    const twice = [join(folder, 'x.png'), join(folder, 'taken/../x.png')];
    await expect(checkOutputs(twice, [])).rejects.toThrow(/written twice/);
  });

  it('refuses a folder in the place of a file, and a file in the place of a folder', async () => {
    await expect(checkOutputs([join(folder, 'taken')], [])).rejects.toMatchObject({ code: 'EISDIR' });
    await expect(checkOutputs([join(input, 'x.png')], [])).rejects.toMatchObject({ code: 'ENOTDIR' });
  });
});

describe.skipIf(process.platform !== 'linux')('checkOutputs of what is no file (on Linux)', () => {
  it('refuses devices, links to them and the streams of a program, before any of them is replaced', async () => {
    await symlink('/dev/null', join(folder, 'null.npz'));
    await symlink('/proc/self/fd/1', join(folder, 'stdout.npz'));
    for (const place of ['/dev/null', '/dev/full', join(folder, 'null.npz'), join(folder, 'stdout.npz')]) {
      const checking = checkOutputs([place], []);
      await expect(checking).rejects.toThrow(`cannot use ${place}: it is a device or a pipe. Name a file.`);
      await expect(checking).rejects.toThrow(DataError);
    }
  });
});

describe('writePngsWhole', () => {
  it('writes all of them, and none that a signal comes before', async () => {
    const kill = vi.spyOn(process, 'kill').mockReturnValue(true);
    const picture = { width: 1, height: 1, pixels: new Uint8Array(3) };
    const at = (name: string): string => join(folder, 'pictures', name);
    await writePngsWhole([
      [at('a.png'), picture],
      [at('b.png'), picture],
    ]);
    const writing = writePngsWhole([
      [at('c.png'), picture],
      [at('d.png'), picture],
    ]);
    process.emit('SIGINT', 'SIGINT');
    await writing;
    expect((await readdir(join(folder, 'pictures'))).sort()).toEqual(['a.png', 'b.png', 'c.png']);
    expect(kill).toHaveBeenCalledExactlyOnceWith(process.pid, 'SIGINT');
    vi.restoreAllMocks();
  });
});

describe('checkPngName', () => {
  it('refuses names of other formats only', () => {
    expect(() => checkPngName('a.JPG')).toThrow(UsageError);
    expect(() => checkPngName('a.png')).not.toThrow();
    expect(() => checkPngName('a')).not.toThrow();
  });
});
