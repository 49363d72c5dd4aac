import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { Lpips, writeStoredFeatures } from '@restok/training';
import { useTestBackend } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { lossesOf, trainerFolder } from './run-trainer';
import type { TrainerProcess } from './run-trainer';

const STEPS = 8;
/** Checkpoints are written every three steps and the discriminator joins after the second. */
const STEPS_BEFORE_KILL = 5;
const FEATURE_WIDTH = 4;
const NUM_PICTURES = 5;
/** Three processes, seconds each to start on a machine that is busy with other work. */
const MINUTES = 300_000;

/** A narrow VGG16 with linear weights in a safetensors file. */
async function writeLpips(path: string): Promise<void> {
  await useTestBackend('cpu');
  const lpips = new Lpips([2, 2, 2, 2, 2]);
  lpips.initialize(1, 'variancePreserving');
  const header: Record<string, object> = {};
  const pieces: Uint8Array[] = [];
  let offset = 0;
  for (const [name, parameter] of lpips.namedParameters()) {
    const bytes = new Uint8Array((await parameter.published()).buffer);
    header[name] = {
      dtype: 'F32',
      shape: parameter.publishedShape,
      data_offsets: [offset, offset + bytes.length],
    };
    pieces.push(bytes);
    offset += bytes.length;
  }
  lpips.dispose();
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  await writeFile(path, Buffer.concat([length, text, ...pieces]));
}

describe('a run with every loss', () => {
  const { at, run } = trainerFolder();

  beforeAll(async () => {
    await writeLpips(at('lpips.safetensors'));
    await mkdir(at('features'));
    for (let picture = 0; picture < NUM_PICTURES; picture++) {
      // A class feature and the sixteen patches of the tokenizer.
      const values = Float32Array.from({ length: 17 * FEATURE_WIDTH }, (_, i) => Math.sin(i + picture));
      await writeStoredFeatures(at('features'), picture, { values, width: FEATURE_WIDTH });
    }
  });

  const start = (output: string): TrainerProcess =>
    run(
      output,
      '--json',
      `training.max_train_steps=${STEPS}`,
      'dataset.preprocessing.crop_size=16',
      'dataset.preprocessing.random_crop=False',
      'dataset.preprocessing.random_flip=False',
      'losses.perceptual_weight=1',
      `losses.perceptual_weights=${at('lpips.safetensors')}`,
      'losses.discriminator_weight=0.5',
      'losses.discriminator_start=2',
      'losses.discriminator_channels=32',
      'losses.lecam_regularization_weight=0.001',
      'model.vq_model.encoder_feature_supervision=True',
      'model.vq_model.decoder_feature_supervision=True',
      `losses.vf_features=${at('features')}`,
    );

  it('ends with the same numbers when it is killed and resumed', { timeout: MINUTES }, async () => {
    const straight = start('straight');
    const killed = start('killed');
    for (let step = 0; step < STEPS_BEFORE_KILL; step++) {
      await killed.next('step');
    }
    killed.child.kill('SIGKILL');
    expect((await killed.ended).signal).toBe('SIGKILL');
    const resumed = start('killed');
    const { code, stderr } = await resumed.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(resumed.events[0]!.startStep).toBeGreaterThanOrEqual(3);
    await straight.ended;

    const expected = lossesOf(straight.events);
    expect(expected.size).toBe(STEPS);
    for (const [step, loss] of lossesOf([...killed.events, ...resumed.events])) {
      expect(loss, `step ${step}`).toBe(expected.get(step));
    }
    for (const file of ['model.safetensors', 'optimizer.safetensors', 'discriminator.safetensors']) {
      const read = (output: string) => readFile(at(output, 'checkpoints', `checkpoint-${STEPS}`, file));
      expect(await read('killed'), file).toEqual(await read('straight'));
    }
  });
});
