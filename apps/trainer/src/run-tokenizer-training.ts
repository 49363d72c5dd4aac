import type { ConfigTree } from '@restok/core';
import type { PictureDataset } from '@restok/data';
import type {
  PartOfStep,
  PartResult,
  TokenizerEvaluation,
  TokenizerTrainingConfig,
  TrainStepReport,
} from '@restok/training';
import {
  disposeLossNetworks,
  evaluateTokenizer,
  openInitialModel,
  openLossNetworks,
  parseTokenizerTrainingConfig,
  SupervisedTokenizer,
  TokenizerTrainer,
} from '@restok/training';
import { openTokenizerData } from './open-dataset';
import { writeSampleGrid } from './sample-grid';
import { prepareProcesses, startHelper } from './training-processes';
import type { RunObserver, TrainingResult, TrainingTask } from './training-run';
import { runTask } from './training-run';
import { tokenizerCodec } from './worker-protocol';

/** What a run tells whoever watches it. */
export type TrainingObserver = RunObserver<TrainStepReport, TokenizerEvaluation>;

export interface RunTrainingOptions {
  readonly observer?: TrainingObserver;
  /** Stops after the current step, with a checkpoint. */
  readonly signal?: AbortSignal;
}

/** Pictures of an evaluation during training. */
const EVALUATION_PICTURES = 256;

/**
 * Trains a tokenizer as a config says, resuming from its newest checkpoint that is whole; see {@link runTask}.
 * A new run starts from the model folder `experiment.init_weight` where that is given.
 *
 * @param raw parsed and interpolated config.
 * @throws ConfigError for an invalid config, NonFiniteError when training diverges, CheckpointError when a
 *   checkpoint cannot be written or none can be read; the last good checkpoint stays.
 */
export async function runTokenizerTraining(
  raw: ConfigTree,
  options: RunTrainingOptions = {},
): Promise<TrainingResult> {
  const config = parseTokenizerTrainingConfig(raw);
  const processes = await prepareProcesses(config.training);
  const dataset = await openTokenizerData(config, 'train');
  const testSet = await openTokenizerData(config, 'test');
  const job = { kind: 'tokenizer', config } as const;
  const networks = await openLossNetworks(config);
  const helper = await startHelper<PartOfStep, PartResult>(
    job,
    tokenizerCodec,
    processes,
    () => new SupervisedTokenizer(config.tokenizer, { featureWidth: networks.features?.width }),
  );
  try {
    const trainer = new TokenizerTrainer(config, dataset, helper, networks);
    try {
      return await runTask(tokenizerTask(config, trainer, testSet), {
        observer: options.observer ?? {},
        resources: { backend: processes.backend, workers: helper?.processIds ?? [] },
        signal: options.signal,
      });
    } finally {
      trainer.dispose();
    }
  } finally {
    helper?.stop();
    disposeLossNetworks(networks);
  }
}

function tokenizerTask(
  config: TokenizerTrainingConfig,
  trainer: TokenizerTrainer,
  testSet: PictureDataset,
): TrainingTask<TrainStepReport, TokenizerEvaluation> {
  const { tokenizer } = trainer;
  const { numLatents } = tokenizer;
  const keep = [1, 4, 16, 64, 256].filter((kept) => kept < numLatents).concat(numLatents);
  return {
    config,
    trainer,
    prepare: async () => {
      const initial = await openInitialModel(config);
      await trainer.prepare(initial);
      initial?.dispose();
    },
    evaluate: () =>
      evaluateTokenizer(tokenizer, testSet, { batchSize: 32, maxPictures: EVALUATION_PICTURES, keep }),
    writeSamples: (path) =>
      writeSampleGrid(path, tokenizer, testSet, { count: config.training.num_generated_images, keep }),
  };
}
