import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  extractionMethods,
  openCodeFolder,
  readCodeFile,
  readCodes,
  readPicture,
  writePng,
} from '@restok/data';
import { beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../test/run-command';
import { noise, writeNoise } from '../../test/sample-pictures';
import { succeed } from '../../test/succeed';
import { temporaryFolder } from '../../test/temporary-folder';
import { saveTinyModel, TINY_LATENTS, TINY_SIZE } from '../../test/tiny-model';

const folder = temporaryFolder();
const inFolder = (name: string): string => join(folder, name);
const model = inFolder('model');
const data = inFolder('pets');
const emoji = inFolder('emoji');
const names = ['cat/a.png', 'cat/b.png', 'dog/c.png', 'dog/d.png', 'dog/e.png'];

const withModel = (...argv: string[]): Promise<unknown> => succeed<unknown>(...argv, '--model', model);

const extract = (out: string, ...more: string[]): Promise<unknown> =>
  withModel('extract', '--data', data, '--out', out, ...more);

async function expectFailure(argv: readonly string[], code: number, text: RegExp): Promise<void> {
  const result = await runCommand('extract', ...argv);
  expect(result).toMatchObject({ code, stdout: '' });
  expect(result.stderr).toMatch(text);
  expect(result.stderr.trim().split('\n')).toHaveLength(1);
}

async function filesBelow(path: string): Promise<string[]> {
  const all = await readdir(path, { recursive: true });
  return all.filter((name) => name.includes('.')).sort();
}

/** An emoji folder of two pictures to learn from and one held out, 20 pixels wide. */
async function writeEmoji(): Promise<void> {
  const size = 20;
  const entry = { codeName: '1f600', name: 'grinning face', style: 'noto', category: 'smileys' };
  await mkdir(emoji, { recursive: true });
  await writeFile(
    join(emoji, 'manifest.json'),
    JSON.stringify({
      ...{ format: 'restok-emoji-1', size, classNames: ['smileys/noto', 'flags/noto'], sources: [] },
      pictures: [false, true, false].map((test, label) => ({ ...entry, test, label: label % 2 })),
    }),
  );
  await writeFile(
    join(emoji, 'pictures.bin'),
    Buffer.concat([11, 12, 13].map((seed) => noise(seed, size, size).pixels)),
  );
}

beforeAll(async () => {
  await saveTinyModel(model);
  await Promise.all(names.map((name, i) => writeNoise(join(data, name), i)));
  await writeEmoji();
  await extract(inFolder('whole'));
});

describe('extract', () => {
  it('writes one file of codes and one of the label for every picture, with the names of the classes', async () => {
    expect(await filesBelow(inFolder('whole'))).toEqual(
      [
        'train/codes.json',
        ...[0, 1, 2, 3, 4].flatMap((i) => [`train/pets16_codes/${i}.npy`, `train/pets16_labels/${i}.npy`]),
      ].sort(),
    );
    const codes = await openCodeFolder(inFolder('whole/train'));
    expect(codes).toMatchObject({
      ...{ count: 5, numLatents: TINY_LATENTS, codebookSize: 64, classNames: ['cat', 'dog'] },
      manifest: { data: 'pets', size: TINY_SIZE, crops: 'centreAndFlip' },
    });
    expect([...(await codes.read([0, 1, 2, 3, 4])).labels]).toEqual([0, 0, 1, 1, 1]);
  });

  it('writes the indices that encode gives for each crop', async () => {
    const { crop, numCrops } = extractionMethods.tenCrop;
    await extract(inFolder('ten'), '--ten-crop');
    const files = crop(await readPicture(join(data, names[3]!)), TINY_SIZE).map((picture, i) => {
      const file = inFolder(`crops/${i}.png`);
      return { file, written: writePng(file, picture) };
    });
    await Promise.all(files.map(({ written }) => written));
    await withModel('encode', ...files.map(({ file }) => file), '--out', inFolder('crops.npz'));
    const { indices } = await readCodes(inFolder('crops.npz'));
    const codes = await readCodeFile(inFolder('ten/train/pets16_codes/3.npy'));
    expect(codes).toEqual({ numCrops, numLatents: TINY_LATENTS, indices });
  });

  it('keeps the splits of an emoji folder apart; held-out pictures have one crop', async () => {
    const out = inFolder('emoji-codes');
    expect(await withModel('extract', '--data', emoji, '--out', out)).toEqual({
      folder: out,
      numLatents: TINY_LATENTS,
      shard: '1/1',
      splits: [
        { split: 'train', folder: join(out, 'train'), crops: 2, written: 2, present: 0 },
        { split: 'test', folder: join(out, 'test'), crops: 1, written: 1, present: 0 },
      ],
    });
    const train = await openCodeFolder(join(out, 'train'));
    const test = await openCodeFolder(join(out, 'test'));
    expect([train, test].map(({ manifest }) => manifest.data)).toEqual(['emoji', 'emoji']);
    expect(test.classNames).toEqual(['smileys/noto', 'flags/noto']);
    expect([...(await train.read([0, 1])).labels]).toEqual([0, 0]);
    expect([...(await test.read([0])).labels]).toEqual([1]);
  });

  it('gives the same bytes and the same index in one shard and in three, in any order', async () => {
    const many = inFolder('many/birds');
    await Promise.all(Array.from({ length: 20 }, (_, i) => writeNoise(join(many, `${i}.png`), i)));
    const inShards = async (out: string, ...shards: string[]): Promise<unknown[]> => {
      const results: unknown[] = [];
      for (const shard of shards) {
        results.push(await withModel('extract', '--data', many, '--out', out, '--shard', shard));
      }
      return results;
    };
    const [one, three] = [inFolder('one'), inFolder('three')];
    await inShards(one, '1/1');
    // Blocks of 8 pictures: 0-7, 8-15 and 16-19.
    expect(await inShards(three, '3/3', '1/3')).toMatchObject([
      { shard: '3/3', splits: [{ written: 4, present: 0 }] },
      { shard: '1/3', splits: [{ written: 8, present: 0 }] },
    ]);
    const early = await runCommand('merge', three);
    expect(early).toMatchObject({ code: 1, stdout: '' });
    expect(early.stderr).toMatch(/lacks 1 of 3 shards \(2\)\. Run them with --shard/);
    await inShards(three, '2/3');
    for (const [out, shards] of [
      [one, 1],
      [three, 3],
    ] as const) {
      const { code, stdout } = await runCommand('merge', out, '--json');
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toEqual({
        ...{ folder: out, numLatents: TINY_LATENTS, shards },
        splits: [
          {
            ...{ split: 'train', folder: join(out, 'train'), pictures: 20, crops: 2 },
            index: join(out, 'train/index.npz'),
          },
        ],
      });
    }
    const names = (await filesBelow(join(one, 'train'))).filter((name) => /\.(npy|npz|json)$/.test(name));
    expect(names).toHaveLength(20 + 20 + 2);
    for (const name of names) {
      const [a, b] = await Promise.all([one, three].map((out) => readFile(join(out, 'train', name))));
      expect(a!.equals(b!), name).toBe(true);
    }
    expect(await inShards(three, '1/3')).toMatchObject([{ splits: [{ written: 0, present: 8 }] }]);
    const other = await runCommand(
      'extract',
      '--data',
      many,
      '--out',
      three,
      '--shard',
      '1/2',
      '--model',
      model,
    );
    expect(other).toMatchObject({ code: 1, stdout: '' });
    expect(other.stderr).toMatch(/holds shards of something else \(shards of its job\.json differ\)/);
  });

  it('goes on where it was stopped: what is whole stays, what is missing or damaged is made', async () => {
    const out = inFolder('resumed');
    await cp(inFolder('whole'), out, { recursive: true, preserveTimestamps: true });
    const file = (name: string): string => join(out, 'train', name);
    await rm(file('pets16_codes/1.npy'));
    await rm(file('pets16_labels/2.npy'));
    await truncate(file('pets16_codes/4.npy'), 130);
    const before = await stat(file('pets16_codes/0.npy'));
    expect(await extract(out)).toMatchObject({ splits: [{ written: 3, present: 2 }] });
    expect((await stat(file('pets16_codes/0.npy'))).ino).toBe(before.ino);
    for (const name of await filesBelow(out)) {
      expect(await readFile(join(out, name)), name).toEqual(await readFile(join(inFolder('whole'), name)));
    }
    expect(await extract(out)).toMatchObject({ splits: [{ written: 0, present: 5 }] });
  });

  it('refuses a folder with codes of other crops, pictures or another tokenizer', async () => {
    const argv = ['--data', data, '--out', inFolder('whole'), '--model', model];
    await expectFailure(
      [...argv, '--ten-crop'],
      1,
      /holds codes of something else \(crops of its codes\.json differ\)/,
    );
    const other = inFolder('other/pets');
    await cp(data, other, { recursive: true });
    await rm(join(other, names[0]!));
    await expectFailure(
      ['--data', other, ...argv.slice(2)],
      1,
      /\(count, pictures of its codes\.json differ\)/,
    );
    const second = inFolder('second');
    await cp(model, second, { recursive: true });
    const weights = await readFile(join(second, 'model.safetensors'));
    weights.writeUInt8(weights.at(-1)! ^ 1, weights.length - 1);
    await writeFile(join(second, 'model.safetensors'), weights);
    await expectFailure(
      [...argv.slice(0, 4), '--model', second],
      1,
      /\(tokenizer of its codes\.json differ\)/,
    );
  });

  it('says in one line what is wrong, and writes nothing', async () => {
    const out = inFolder('nothing');
    const start = ['--out', out, '--model', model];
    await mkdir(inFolder('empty'));
    await expectFailure([...start, '--data', inFolder('empty')], 1, /empty holds no PNG, JPEG or WebP/);
    await expectFailure([...start, '--data', inFolder('gone')], 1, /gone does not exist/);
    await expectFailure(
      [...start, '--data', data, '--shard', '3/2'],
      2,
      /i\/n with i from 1 to n.*See restok extract --help/,
    );
    await expectFailure(['--out', out, '--data', data, '--model', inFolder('gone')], 1, /gone/);
    await expectFailure(['--out', out], 2, /--data <folder>/);
    expect(existsSync(out)).toBe(false);
    await expectFailure(['--out', join(data, names[0]!), '--data', data, '--model', model], 1, /a\.png/);
  });

  it('names a broken picture and makes its codes when it is mended', async () => {
    const mended = inFolder('mended');
    const out = inFolder('mended-codes');
    await cp(data, mended, { recursive: true });
    await writeFile(join(mended, names[4]!), 'not a picture');
    const argv = ['--data', mended, '--out', out];
    await expectFailure([...argv, '--model', model], 1, /e\.png/);
    await writeNoise(join(mended, names[4]!), 4);
    await withModel('extract', ...argv);
    const codes = await openCodeFolder(join(out, 'train'));
    const whole = await openCodeFolder(inFolder('whole/train'));
    expect(await codes.read([0, 4])).toEqual(await whole.read([0, 4]));
  });
});
