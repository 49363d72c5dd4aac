import { useNodeBackend } from '@restok/backend-node';
import type { ConfigTree } from '@restok/core';
import type { PictureDataset } from '@restok/data';
import { ResTok } from '@restok/tokenizer';
import type {
  PartOfStep,
  PartResult,
  TokenizerEvaluation,
  TokenizerTrainingConfig,
  TrainStepReport,
} from '@restok/training';
import {
  evaluateTokenizer,
  openInitialModel,
  parseTokenizerTrainingConfig,
  TokenizerTrainer,
} from '@restok/training';
import { removeStaleFolders } from './exchange-folder';
import { openTokenizerData } from './open-dataset';
import { writeSampleGrid } from './sample-grid';
import type { RunObserver, TrainingResult, TrainingTask } from './training-run';
import { runTask } from './training-run';
import { WorkerHelper } from './worker-helper';
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
  const { training } = config;
  const workers = Math.min(training.workers, training.gradient_accumulation_steps);
  removeStaleFolders();
  const threads = workers > 1 ? 1 : training.threads;
  const backend = await useNodeBackend({ gemm: training.gemm, threads });
  const dataset = await openTokenizerData(config, 'train');
  const testSet = await openTokenizerData(config, 'test');
  const helper = workers > 1 ? await startWorkers(config, workers - 1) : undefined;
  try {
    const trainer = new TokenizerTrainer(config, dataset, helper);
    try {
      return await runTask(tokenizerTask(config, trainer, testSet), {
        observer: options.observer ?? {},
        resources: { backend, workers: helper?.processIds ?? [] },
        signal: options.signal,
      });
    } finally {
      trainer.dispose();
    }
  } finally {
    helper?.stop();
  }
}

function startWorkers(
  config: TokenizerTrainingConfig,
  count: number,
): Promise<WorkerHelper<PartOfStep, PartResult>> {
  // Weights that are never drawn take no memory.
  const { numParameters } = new ResTok(config.tokenizer);
  const { gemm } = config.training;
  return WorkerHelper.start({
    ...{ job: { kind: 'tokenizer', config }, gemm, codec: tokenizerCodec, numParameters, count },
  });
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
