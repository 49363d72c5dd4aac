import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { openCodeFolder } from '@restok/data';
import { Generator } from '@restok/generator';
import { evaluateGenerator } from '@restok/training';
import { mkdir } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CommandResult } from '../../test/run-command';
import { runCommand } from '../../test/run-command';
import { writeNoise } from '../../test/sample-pictures';
import { temporaryFolder } from '../../test/temporary-folder';
import { saveTinyGenerator } from '../../test/tiny-generator';
import { saveTinyModel } from '../../test/tiny-model';
import type { PredictionReport } from './eval-prediction';

const folder = temporaryFolder();
const inFolder = (name: string): string => join(folder, name);
const [tokenizer, generator, codes] = ['tokenizer', 'generator', 'codes'].map(inFolder) as [
  string,
  string,
  string,
];

const evaluate = (...argv: string[]): Promise<CommandResult> => runCommand('eval', 'prediction', ...argv);

beforeAll(async () => {
  await saveTinyModel(tokenizer);
  // Not in the order of the folders, which is that of their names.
  await saveTinyGenerator(generator, { changes: { class_names: ['dogs', 'birds', 'cats'] } });
  for (const [i, name] of ['cats', 'dogs', 'dogs'].entries()) {
    await mkdir(inFolder(`data/${name}`), { recursive: true });
    await writeNoise(inFolder(`data/${name}/${i}.png`), i);
  }
  const { code, stderr } = await runCommand(
    ...['extract', '--data', inFolder('data'), '--model', tokenizer, '--out', codes],
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

describe('eval prediction', () => {
  it('gives the loss and accuracy of the packages, whole and by level, and frees everything', async () => {
    const tensorsBefore = tf.memory().numTensors;
    const { code, stdout, stderr } = await evaluate(
      '--codes',
      join(codes, 'train'),
      '--generator',
      generator,
      '--json',
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(tf.memory().numTensors).toBe(tensorsBefore);
    const { settings, metrics, levels } = JSON.parse(stdout) as PredictionReport;

    const model = await Generator.fromPretrained(generator);
    const data = await openCodeFolder(join(codes, 'train'));
    const byModel = [2, 0];
    const wanted = await evaluateGenerator(
      model,
      {
        ...data,
        read: async (which) => {
          const { indices, labels } = await data.read(which);
          return { indices, labels: labels.map((label) => byModel[label]!) };
        },
      },
      { batchSize: 32 },
    );
    expect(metrics['loss']).toBeCloseTo(wanted.loss, 5);
    expect(metrics['accuracy']).toBe(wanted.accuracy);
    expect(levels.map(({ levelSize }) => levelSize)).toEqual(model.levelSizes);
    levels.forEach(({ loss, accuracy }, level) => {
      expect(loss).toBeCloseTo(wanted.levelLosses[level]!, 5);
      expect(accuracy).toBe(wanted.levelAccuracies[level]);
    });
    model.dispose();
    expect(settings).toMatchObject({ 'codes count': 3, 'most possible nats': Math.log(64) });
    expect(settings['generator sha256']).toMatch(/^[0-9a-f]{64}$/);
  });

  it('takes some of the pictures, spread over the set', async () => {
    const { stdout } = await evaluate(
      ...['--codes', join(codes, 'train'), '--generator', generator, '--count', '2', '--json'],
    );
    expect((JSON.parse(stdout) as PredictionReport).settings['codes count']).toBe(2);
  });

  it('prints a table of the levels for people', async () => {
    const { code, stdout } = await evaluate('--codes', join(codes, 'train'), '--generator', generator);
    expect(code).toBe(0);
    expect(stdout).toMatch(/cross entropy, nats +\d\.\d{3}\n/);
    expect(stdout).toMatch(/level +latents +cross entropy +right at first guess\n +0 +1 /);
  });

  it('says in one line what is missing or does not fit', async () => {
    await saveTinyGenerator(inFolder('other'), { changes: { vocab_size: 32 } });
    for (const [argv, message] of [
      [['--codes', inFolder('nowhere')], 'nowhere'],
      [['--codes', join(codes, 'train'), '--generator', tokenizer], 'holds no generator'],
      [
        ['--codes', join(codes, 'train'), '--generator', inFolder('other')],
        'must hold 8 latents of 32 codes for this generator, got 8 of 64',
      ],
    ] as const) {
      const { code, stderr } = await evaluate('--generator', generator, ...argv);
      expect(code, message).toBe(1);
      expect(stderr).toContain(message);
      expect(stderr.trimEnd()).not.toContain('\n');
    }
  });
});
