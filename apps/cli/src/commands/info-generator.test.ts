import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../test/run-command';
import { temporaryFolder } from '../../test/temporary-folder';
import { saveTinyGenerator, TINY_CLASSES, TINY_PASSES } from '../../test/tiny-generator';

const folder = temporaryFolder();
const generator = join(folder, 'generator');

beforeAll(async () => {
  await saveTinyGenerator(generator);
});

describe('info, of a generator', () => {
  it('says what it is, its classes and the tokenizer that fits', async () => {
    const { code, stdout } = await runCommand('info', generator, '--json');
    expect(code).toBe(0);
    const result = JSON.parse(stdout) as Record<string, unknown>;
    expect(result).toMatchObject({
      kind: 'generator',
      har: true,
      numLatents: 8,
      levelSizes: [1, 1, 2, 4],
      codebookSize: 64,
      passes: TINY_PASSES.length,
      classNames: TINY_CLASSES,
      guidance: true,
      dtypes: ['F32'],
      license: 'CC0-1.0',
      config: { n_layer: 2 },
    });
    // Three classes and none, 64 codes, 7 special tokens; per layer 4 D² of attention, 3 D · 48 of the feed-forward
    // part and two norms; the last norm and the head. D is 16.
    expect(result.parameters).toBe(16 * (4 + 64 + 7) + 2 * (4 * 256 + 3 * 16 * 48 + 32) + 16 + 16 * 64);
  });

  it('lists the classes in lines for people', async () => {
    const { stdout } = await runCommand('info', generator);
    expect(stdout).toContain('in levels of 1, 1, 2, 4; whole levels at a time, 4 passes\n');
    expect(stdout).toContain('one of 8 latents and 64 codes fits\n');
    expect(stdout).toMatch(
      /licence +CC0-1\.0\nclasses\n {2}0 cats\/noto\n {2}1 cats\/fluent\n {2}2 dogs\nconfig\n/,
    );
  });

  it('says so where there are no names, no levels and no guidance', async () => {
    const changes = { class_names: undefined, har: false, class_dropout_prob: 0 };
    const plain = await saveTinyGenerator(join(folder, 'plain'), { changes });
    const { stdout } = await runCommand('info', plain);
    expect(stdout).toContain('latent by latent, 8 passes\n');
    expect(stdout).toMatch(/guidance +not possible: /);
    expect(stdout).toMatch(/classes +0-2, without names\nconfig\n/);
  });
});
