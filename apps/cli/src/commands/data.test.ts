import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { emojiSources } from '@restok/data';
import { describe, expect, it } from 'vitest';
import { runCommand } from '../../test/run-command';
import { temporaryFolder } from '../../test/temporary-folder';

const folder = temporaryFolder();

describe('dataEmoji', () => {
  it('leaves a complete folder as it is, without the network', async () => {
    const entry = { codeName: '1f600', name: 'grinning face', style: 'noto', category: 'smileys', label: 0 };
    const manifest = {
      format: 'restok-emoji-1',
      size: 64,
      classNames: ['smileys/noto'],
      sources: emojiSources.map(({ style, packageName, version, integrity, licence, credit }) => ({
        ...{ style, packageName, version, integrity, licence, credit },
      })),
      pictures: [true, false, false].map((test) => ({ ...entry, test })),
    };
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest));
    await writeFile(join(folder, 'pictures.bin'), new Uint8Array(3 * 64 * 64 * 3));
    const { code, stdout, stderr } = await runCommand('data', 'emoji', '--out', folder, '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      folder,
      pictures: 3,
      train: 2,
      test: 1,
      classes: ['smileys/noto'],
    });
  });
});
