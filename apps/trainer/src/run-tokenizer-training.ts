import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { useNodeBackend } from '@restok/backend-node';
import type { BackendInfo } from '@restok/backend-node';
import type { ConfigTree } from '@restok/core';
import type { PictureDataset } from '@restok/data';
import {
  evaluateTokenizer,
  openInitialModel,
  parseTokenizerTrainingConfig,
  restoreNewestCheckpoint,
  saveCheckpoint,
  TokenizerTrainer,
  TrainingLog,
} from '@restok/training';
import type { SkippedCheckpoint, TokenizerEvaluation, TrainStepReport } from '@restok/training';
import { removeStaleFolders } from './exchange-folder';
import { openTrainingData } from './open-dataset';
import { publishModel } from './publish-model';
import { writeSampleGrid } from './sample-grid';
import { WorkerHelper } from './worker-helper';

/** What a run tells whoever watches it. */
export interface TrainingObserver {
  onStart?(info: TrainingStart): void;
  onStep?(report: TrainStepReport & { picturesPerSecond: number }): void;
  onEvaluation?(evaluation: TokenizerEvaluation & { step: number }): void;
  onSave?(path: string): void;
}

/** How a run begins. */
export interface TrainingStart {
  readonly backend: BackendInfo;
  readonly startStep: number;
  readonly maxSteps: number;
  readonly numParameters: number;
  /** Process numbers of the workers beside this process. */
  readonly workers: readonly number[];
  /** Damaged checkpoints newer than the one that the run goes on from. */
  readonly skipped: readonly SkippedCheckpoint[];
}

export interface RunTrainingOptions {
  readonly observer?: TrainingObserver;
  /** Stops after the current step, with a checkpoint. */
  readonly signal?: AbortSignal;
}

export interface TrainingResult {
  readonly step: number;
  readonly finished: boolean;
  /** Folder of the trained model (its moving average where there is one). */
  readonly model: string;
}

/** Pictures of an evaluation during training. */
const EVALUATION_PICTURES = 256;

/**
 * Trains a tokenizer as a config says, resuming from its newest checkpoint that is whole.
 *
 * Everything goes below `experiment.output_dir`: checkpoints, log.jsonl, samples and `model`, the newest model.
 * With `experiment.resume` false the checkpoints that are there are removed first. A new run starts from the model
 * folder `experiment.init_weight` where that is given.
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
  const { training, experiment } = config;
  const workers = Math.min(training.workers, training.gradient_accumulation_steps);
  const threads = workers > 1 ? 1 : training.threads;
  removeStaleFolders();
  const backend = await useNodeBackend({ gemm: training.gemm, threads });
  const dataset = await openTrainingData(config, 'train');
  const testSet = await openTrainingData(config, 'test');
  const helper =
    workers > 1 ? await WorkerHelper.start({ config, gemm: training.gemm }, workers - 1) : undefined;
  try {
    const trainer = new TokenizerTrainer(config, dataset, helper);
    try {
      const run = new TrainingRun(trainer, testSet, options.observer ?? {});
      await run.start({ backend, workers: helper?.processIds ?? [] });
      while (trainer.trainStep < training.max_train_steps && options.signal?.aborted !== true) {
        await run.step();
      }
      await run.save();
      const finished = trainer.trainStep >= training.max_train_steps;
      return { step: trainer.trainStep, finished, model: join(experiment.output_dir, 'model') };
    } finally {
      trainer.dispose();
    }
  } finally {
    helper?.stop();
  }
}

/** One run: what happens at the start, after every step and when it saves. */
class TrainingRun {
  private readonly folder: string;
  private readonly log: TrainingLog;
  private readonly keep: readonly number[];
  private savedStep = -1;
  private lastStepEnded = performance.now();

  constructor(
    private readonly trainer: TokenizerTrainer,
    private readonly testSet: PictureDataset,
    private readonly observer: TrainingObserver,
  ) {
    this.folder = trainer.config.experiment.output_dir;
    this.log = new TrainingLog(join(this.folder, 'log.jsonl'));
    const { numLatents } = trainer.tokenizer;
    this.keep = [1, 4, 16, 64, 256].filter((kept) => kept < numLatents).concat(numLatents);
  }

  async start(resources: Pick<TrainingStart, 'backend' | 'workers'>): Promise<void> {
    const { config, tokenizer } = this.trainer;
    await mkdir(this.folder, { recursive: true });
    if (!config.experiment.resume) {
      await rm(join(this.folder, 'checkpoints'), { recursive: true, force: true });
    }
    const restored = await restoreNewestCheckpoint(this.trainer, join(this.folder, 'checkpoints'));
    if (restored === undefined) {
      await this.prepare();
    } else {
      this.savedStep = restored.step;
      // A process killed after its checkpoint was written has not published it.
      await this.publish(restored.path);
    }
    const startStep = restored?.step ?? 0;
    await this.log.resumeFrom(startStep);
    this.observer.onStart?.({
      ...resources,
      startStep,
      maxSteps: config.training.max_train_steps,
      numParameters: tokenizer.numParameters,
      skipped: restored?.skipped ?? [],
    });
    this.lastStepEnded = performance.now();
  }

  async step(): Promise<void> {
    const { experiment, training } = this.trainer.config;
    const report = await this.trainer.next();
    const now = performance.now();
    const pictures = training.per_gpu_batch_size * training.gradient_accumulation_steps;
    const picturesPerSecond = pictures / ((now - this.lastStepEnded) / 1000);
    this.observer.onStep?.({ ...report, picturesPerSecond });
    const isDue = (every: number): boolean => report.step % every === 0;
    if (isDue(experiment.log_every)) {
      await this.log.append({ ...report, picturesPerSecond: Math.round(picturesPerSecond * 10) / 10 });
    }
    if (isDue(experiment.generate_every)) {
      await this.writeSamples();
    }
    if (isDue(experiment.eval_every) || report.step === training.max_train_steps) {
      await this.evaluate();
    }
    if (isDue(experiment.save_every)) {
      await this.save();
    }
    this.lastStepEnded = performance.now();
  }

  /** A checkpoint, and the newest model in `model`. */
  async save(): Promise<void> {
    const { trainStep, config } = this.trainer;
    if (trainStep === this.savedStep) {
      return;
    }
    const checkpoint = await saveCheckpoint(
      this.trainer,
      join(this.folder, 'checkpoints'),
      config.training.keep_checkpoints,
    );
    this.savedStep = trainStep;
    await this.publish(checkpoint);
    this.observer.onSave?.(checkpoint);
  }

  private async publish(checkpoint: string): Promise<void> {
    const { use_ema: averaged } = this.trainer.config.training;
    await publishModel(averaged ? join(checkpoint, 'ema_model') : checkpoint, this.folder);
  }

  private async prepare(): Promise<void> {
    const initial = await openInitialModel(this.trainer.config);
    await this.trainer.prepare(initial);
    initial?.dispose();
  }

  private writeSamples(): Promise<void> {
    const { tokenizer, config, trainStep } = this.trainer;
    const path = join(this.folder, 'samples', `step-${String(trainStep).padStart(7, '0')}.png`);
    return this.withAverages(() =>
      writeSampleGrid(path, tokenizer, this.testSet, {
        count: config.training.num_generated_images,
        keep: this.keep,
      }),
    );
  }

  private async evaluate(): Promise<void> {
    const { tokenizer, trainStep } = this.trainer;
    const evaluation = await this.withAverages(() =>
      evaluateTokenizer(tokenizer, this.testSet, {
        batchSize: 32,
        maxPictures: EVALUATION_PICTURES,
        keep: this.keep,
      }),
    );
    await this.log.append({ step: trainStep, evaluation });
    this.observer.onEvaluation?.({ step: trainStep, ...evaluation });
  }

  private withAverages<T>(run: () => Promise<T>): Promise<T> {
    const { movingWeights } = this.trainer;
    return movingWeights === undefined ? run() : movingWeights.during(run);
  }
}
