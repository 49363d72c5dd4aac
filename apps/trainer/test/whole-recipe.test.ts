import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { runsEverything } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { lossesOf, trainerFolder } from './run-trainer';
import type { TrainerProcess } from './run-trainer';
import type { StandInNetworks } from './stand-in-networks';
import { writeStandInNetworks } from './stand-in-networks';

/** Emoji and drawings that come with the shipped model. */
const PICTURES = fileURLToPath(new URL('../../../models/emoji-64/samples', import.meta.url));

const STEPS = runsEverything ? 200 : 40;
const STEPS_BEFORE_KILL = 0.6 * STEPS;
const SAVE_EVERY = STEPS / 4;
/** The discriminator, the slowest part, joins between two checkpoints and before the kill. */
const DISCRIMINATOR_START = 0.45 * STEPS;
/** About a minute on two cores that have nothing else to do, many times that on a busy machine. */
const MINUTES = 900_000;

describe('a recipe with every loss', () => {
  const { at, run } = trainerFolder();
  let networks: StandInNetworks;

  beforeAll(async () => {
    networks = await writeStandInNetworks(at(), readdirSync(PICTURES).length);
  });

  const start = (output: string): TrainerProcess =>
    run(
      output,
      '--json',
      `training.max_train_steps=${STEPS}`,
      `experiment.save_every=${SAVE_EVERY}`,
      `training.unquantized_steps=${STEPS / 10}`,
      `training.code_revival_steps=${STEPS / 8}`,
      `dataset.params.train_shards_path_or_url=${PICTURES}`,
      'dataset.params.num_workers_per_gpu=0',
      'dataset.preprocessing.crop_size=16',
      'dataset.preprocessing.random_crop=False',
      'dataset.preprocessing.random_flip=False',
      'lr_scheduler.params.warmup_steps=10',
      'losses.perceptual_weight=1',
      `losses.perceptual_weights=${networks.lpips}`,
      'losses.dino_disc=True',
      `losses.dino_weights=${networks.dino}`,
      'losses.discriminator_weight=0.5',
      `losses.discriminator_start=${DISCRIMINATOR_START}`,
      'losses.lecam_regularization_weight=0.001',
      'model.vq_model.entropy_loss_ratio=0.1',
      'model.vq_model.encoder_feature_supervision=True',
      'model.vq_model.decoder_feature_supervision=True',
      `losses.vf_features=${networks.features}`,
    );

  it(
    `ends ${STEPS} steps with the same numbers when it is killed and resumed`,
    { timeout: MINUTES },
    async () => {
      const straight = start('straight');
      const killed = start('killed');
      while (lossesOf(killed.events).size < STEPS_BEFORE_KILL) {
        await killed.next('step');
      }
      killed.child.kill('SIGKILL');
      expect((await killed.ended).signal).toBe('SIGKILL');
      const resumed = start('killed');
      const { code, stderr } = await resumed.ended;
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      // A checkpoint later where this process was slow to kill it.
      expect([2 * SAVE_EVERY, 3 * SAVE_EVERY]).toContain(resumed.events[0]!.startStep);
      await straight.ended;

      const expected = lossesOf(straight.events);
      expect(expected.size).toBe(STEPS);
      for (const [step, loss] of lossesOf([...killed.events, ...resumed.events])) {
        expect(loss, `step ${step}`).toBe(expected.get(step));
      }
      const joined = straight.events.filter((event) => 'discriminatorLoss' in event);
      expect(joined.map(({ step }) => step)[0]).toBe(DISCRIMINATOR_START + 1);
      for (const file of ['model.safetensors', 'optimizer.safetensors', 'discriminator.safetensors']) {
        const read = (output: string) => readFile(at(output, 'checkpoints', `checkpoint-${STEPS}`, file));
        expect(await read('killed'), file).toEqual(await read('straight'));
      }
    },
  );
});
