import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../test/run-command';
import { writeNoise } from '../../test/sample-pictures';
import { temporaryFolder } from '../../test/temporary-folder';
import { saveTinyGenerator } from '../../test/tiny-generator';
import { saveTinyModel } from '../../test/tiny-model';

const folder = temporaryFolder();
const inFolder = (name: string): string => join(folder, name);
const tokenizer = inFolder('tokenizer');
const generator = inFolder('generator');
const MODELS = ['--tokenizer', tokenizer, '--generator', generator];

beforeAll(async () => {
  await saveTinyModel(tokenizer);
  await saveTinyGenerator(generator);
  await writeNoise(inFolder('a.png'), 1);
});

describe('generate, when something is wrong', () => {
  const out = inFolder('wrong');

  async function expectFailure(code: number, message: RegExp, ...argv: string[]): Promise<void> {
    const result = await runCommand('generate', ...MODELS, '--out', out, '--json', ...argv);
    expect(result.stderr).toMatch(message);
    expect(result.stderr).toMatch(/^[^\n]+\n$/);
    expect(result).toMatchObject({ code, stdout: '' });
    expect(existsSync(out)).toBe(false);
  }

  it.each<[string, RegExp, ...string[]]>([
    ['an unknown class', /got "dog"\. Did you mean dogs\?/, '--class', 'dog'],
    ['a label out of range', /must be in 0-2, .* got 3\. Name another/, '--class', '3'],
    ['an empty class', /names or numbers with commas/, '--class', 'dogs,'],
    ['no class', /--class is missing\. Name classes/],
    ['a temperature of 0', /--temperature .*above 0/, '--class', '0', '--temperature', '0'],
    ['a negative temperature', /--temperature .*above 0/, '--class', '0', '--temperature', '-1'],
    ['a top-p of 0', /--top-p .*above 0 and at most 1/, '--class', '0', '--top-p', '0'],
    ['a top-p above 1', /--top-p .*above 0 and at most 1/, '--class', '0', '--top-p', '1.5'],
    ['a guidance below 1', /--guidance .*at least 1/, '--class', '0', '--guidance', '0.5'],
    ['an unknown schedule', /Allowed choices are constant,.*step/, '--class', '0', '--schedule', 'sigmoid'],
    ['a start without a window', /--start needs --schedule step or/, '--class', '0', '--start', '0.5'],
    ['levels of no picture', /need each other/, '--class', '0', '--keep-levels', '0'],
    ['a picture without levels', /need each other/, '--class', '0', '--from', inFolder('a.png')],
    [
      'levels with a gap',
      /first levels without a gap, for instance 0-2/,
      ...['--class', '0', '--from', inFolder('a.png'), '--keep-levels', '0,2'],
    ],
    ['a grid that is no PNG', /must end in \.png/, '--class', '0', '--grid', inFolder('grid.jpg')],
    [
      'a grid in the place of a picture',
      /written twice/,
      '--class',
      '0',
      '--grid',
      join(out, 'cats-noto-1.png'),
    ],
    ['previews of a .npz', /--previews needs a folder/, '--class', '0', '--previews', '--out', `${out}.npz`],
  ])('counts %s as wrong usage', async (_what, message, ...argv) => {
    await expectFailure(2, message, ...argv);
  });

  it('names a picture that it cannot read', async () => {
    const argv = ['--class', '0', '--from', inFolder('none.png'), '--keep-levels', '0'];
    await expectFailure(1, /none\.png does not exist/, ...argv);
  });

  it('refuses a tokenizer with other codes or another number of latents', async () => {
    for (const [name, changes] of [
      ['codes', { vocab_size: 32 }],
      ['latents', { block_size: 16 }],
    ] as const) {
      const other = await saveTinyGenerator(inFolder(`other-${name}`), { changes });
      const sizes = name === 'codes' ? '8 latents of 32 codes' : '16 latents of 64 codes';
      const message = new RegExp(`got ${sizes} and 8 of 64\\. Pass the tokenizer that`);
      await expectFailure(1, message, '--class', '0', '--generator', other);
    }
  });

  it('refuses folders that hold the other kind of model', async () => {
    await expectFailure(1, /tokenizer holds no generator/, '--class', '0', '--generator', tokenizer);
    await expectFailure(1, /generator holds a generator/, '--class', '0', '--tokenizer', generator);
  });

  it('refuses guidance where the generator knows no missing class', async () => {
    const other = await saveTinyGenerator(inFolder('unguided'), { changes: { class_dropout_prob: 0 } });
    const message = /--guidance must be 1 for this generator/;
    await expectFailure(2, message, '--class', '0', '--generator', other, '--guidance', '2');
  });

  it('says so where weights are not numbers', async () => {
    const other = await saveTinyGenerator(inFolder('nan'), { weight: NaN });
    await expectFailure(1, /embedding_table\.weight holds NaN/, '--class', '0', '--generator', other);
  });

  it('asks for numbers where classes have no names', async () => {
    const other = await saveTinyGenerator(inFolder('nameless'), { changes: { class_names: undefined } });
    await expectFailure(2, /no names, got "dogs"\. Give a number/, '--class', 'dogs', '--generator', other);
  });
});
