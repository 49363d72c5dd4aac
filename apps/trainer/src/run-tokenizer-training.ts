import type { ConfigTree } from '@restok/core';
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
import type { RunObserver } from './run-observer';
import type { TrainingResult, TrainingTask } from './training-run';
import { runTask } from './training-run';
import type { TrainingPictures } from './training-pictures';
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
  const used: { dispose(): void | Promise<void> }[] = [];
  try {
    const dataset = await openTokenizerData(config, 'train');
    used.push({ dispose: () => dataset.close() });
    const testSet = await openTokenizerData(config, 'test');
    used.push({ dispose: () => testSet.close() });
    const networks = await openLossNetworks(config);
    used.push({ dispose: () => disposeLossNetworks(networks) });
    const helper = await startHelper<PartOfStep, PartResult>(
      { kind: 'tokenizer', config },
      tokenizerCodec,
      processes,
      () => new SupervisedTokenizer(config.tokenizer, { featureWidth: networks.features?.width }),
    );
    used.push({ dispose: () => helper?.stop() });
    const trainer = new TokenizerTrainer(config, dataset, helper, networks);
    used.push(trainer);
    return await runTask(tokenizerTask(config, trainer, { dataset, testSet }), {
      observer: options.observer ?? {},
      resources: { backend: processes.backend, workers: helper?.processIds ?? [] },
      signal: options.signal,
    });
  } finally {
    for (const each of used.reverse()) {
      await each.dispose();
    }
  }
}

function tokenizerTask(
  config: TokenizerTrainingConfig,
  trainer: TokenizerTrainer,
  { dataset, testSet }: Readonly<Record<'dataset' | 'testSet', TrainingPictures>>,
): TrainingTask<TrainStepReport, TokenizerEvaluation> {
  const { tokenizer } = trainer;
  const { numLatents } = tokenizer;
  const keep = [1, 4, 16, 64, 256].filter((kept) => kept < numLatents).concat(numLatents);
  return {
    config,
    trainer,
    data: dataset,
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
