import { openModel } from '@restok/hub';
import { ResTok } from '@restok/tokenizer';
import type { TokenizerTrainingConfig } from './tokenizer-training-config';

/**
 * The model that a new run starts from, `experiment.init_weight`.
 *
 * @returns undefined when the config names none; otherwise owned by the caller.
 * @throws CheckpointError when it cannot be read or its weights do not fit the config.
 */
export async function openInitialModel(config: TokenizerTrainingConfig): Promise<ResTok | undefined> {
  const source = config.experiment.init_weight ?? '';
  if (source === '') {
    return undefined;
  }
  const model = await openModel(source);
  try {
    return await ResTok.fromWeights(config.tokenizer, model.weights);
  } finally {
    await model.close();
  }
}
