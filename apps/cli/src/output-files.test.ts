import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../test/temporary-folder';
import { checkOutputs, checkPngName } from './output-files';
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

describe('checkPngName', () => {
  it('refuses names of other formats only', () => {
    expect(() => checkPngName('a.JPG')).toThrow(UsageError);
    expect(() => checkPngName('a.png')).not.toThrow();
    expect(() => checkPngName('a')).not.toThrow();
  });
});
