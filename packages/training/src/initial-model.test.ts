import { CheckpointError } from '@restok/core';
import { saveModel } from '@restok/hub/node';
import { ResTok } from '@restok/tokenizer';
import { expectClose, useTestBackend } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder, tinyTrainingConfig } from '../test/tiny-training';
import { openInitialModel } from './initial-model';

describe('openInitialModel', () => {
  const at = temporaryFolder();
  let saved: ResTok;

  beforeAll(async () => {
    await useTestBackend('restok-node');
    saved = new ResTok(tinyTrainingConfig().tokenizer, { seed: 5 });
    const tensors = [...saved.namedParameters()].map(([name, parameter]) => ({
      name,
      shape: parameter.publishedShape,
      values: () => parameter.published(),
    }));
    await saveModel(at('model'), { config: saved.config, tensors });
  });

  it.each([[], ['experiment.init_weight=""'], ['experiment.init_weight=']])(
    'gives nothing where the config names none: %s',
    async (...overrides) => {
      expect(await openInitialModel(tinyTrainingConfig(...overrides))).toBeUndefined();
    },
  );

  it('gives the model that the config names', async () => {
    const initial = await openInitialModel(tinyTrainingConfig(`experiment.init_weight=${at('model')}`));
    const values = new Map(initial!.namedParameters());
    for (const [name, { value }] of saved.namedParameters()) {
      expectClose(values.get(name)!.value, value, 0, name);
    }
    initial!.dispose();
  });

  it('throws when it is not there or is another model', async () => {
    const missing = tinyTrainingConfig(`experiment.init_weight=${at('missing')}`);
    await expect(openInitialModel(missing)).rejects.toThrow(CheckpointError);
    const other = tinyTrainingConfig(
      `experiment.init_weight=${at('model')}`,
      'model.vq_model.codebook_size=8',
    );
    await expect(openInitialModel(other)).rejects.toThrow(
      /embedding\.weight is \[16, 4\], expected \[8, 4\]/,
    );
  });
});
