import { mkdir } from 'node:fs/promises';
import { CheckpointError, ConfigError } from '@restok/core';
import { tensorsLeftBy, useTestBackend } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeStandInFeatures, writeStandInLpips, writeStandInVit } from '../test/loss-networks';
import { temporaryFolder, tinyTrainingConfig } from '../test/tiny-training';
import { DinoDiscriminator } from './discriminators/dino-discriminator';
import { PatchGan } from './discriminators/patch-gan';
import { disposeLossNetworks, openLossNetworks } from './open-loss-networks';

describe('openLossNetworks', () => {
  const at = temporaryFolder();
  const supervised = 'model.vq_model.decoder_feature_supervision=True';
  const adversarial = ['losses.discriminator_weight=1', 'losses.discriminator_start=0'];

  beforeAll(async () => {
    await useTestBackend('restok-node');
    await mkdir(at('weights'));
  });

  it('opens nothing for a recipe without such losses', async () => {
    expect(await openLossNetworks(tinyTrainingConfig())).toEqual({});
  });

  it('opens what the config names, and frees all of it', async () => {
    const config = tinyTrainingConfig(
      'losses.perceptual_weight=1',
      'dataset.preprocessing.crop_size=16',
      `losses.perceptual_weights=[${await writeStandInLpips(at('weights'))}]`,
      ...adversarial,
      'losses.dino_disc=True',
      `losses.dino_weights=${await writeStandInVit(at('weights'), 'dino', 224)}`,
      supervised,
      `losses.vf_features=${await writeStandInFeatures(at('weights'), { count: 1, patches: 16, width: 3 })}`,
    );
    const left = await tensorsLeftBy(async () => {
      const networks = await openLossNetworks(config);
      expect(networks.discriminator).toBeInstanceOf(DinoDiscriminator);
      expect(networks.perceptual).toBeDefined();
      expect(networks.features?.width).toBe(3);
      disposeLossNetworks(networks);
    });
    expect(left).toBe(0);
  });

  it('draws a discriminator from the seed', async () => {
    const draw = async (seed: number): Promise<Float32Array> => {
      const config = tinyTrainingConfig(
        ...adversarial,
        'losses.discriminator_channels=32',
        `training.seed=${seed}`,
      );
      const { discriminator } = await openLossNetworks(config);
      expect(discriminator).toBeInstanceOf(PatchGan);
      const values = await discriminator!.trainedParameters()[0]![1].published();
      discriminator!.dispose();
      return values;
    };
    expect(await draw(1)).toEqual(await draw(1));
    expect(await draw(1)).not.toEqual(await draw(2));
  });

  it('throws CheckpointError in one line for a file that is not there, and frees what it had opened', async () => {
    const config = tinyTrainingConfig(
      'losses.perceptual_weight=1',
      'dataset.preprocessing.crop_size=16',
      `losses.perceptual_weights=${await writeStandInLpips(at('weights'))}`,
      ...adversarial,
      'losses.dino_disc=True',
      `losses.dino_weights=${at('nowhere.safetensors')}`,
    );
    const left = await tensorsLeftBy(async () => {
      await expect(openLossNetworks(config)).rejects.toThrow(CheckpointError);
    });
    expect(left).toBe(0);
  });

  it("throws ConfigError for features that do not lie on the tokenizer's grid", async () => {
    const features = await writeStandInFeatures(at(), { count: 1, patches: 9, width: 3 });
    const config = tinyTrainingConfig(supervised, `losses.vf_features=${features}`);
    await expect(openLossNetworks(config)).rejects.toThrow(ConfigError);
    await expect(openLossNetworks(config)).rejects.toThrow(/2 x 2 features.*got 3 x 3/);
  });
});
