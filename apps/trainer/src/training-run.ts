import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Checkpointed } from '@restok/training';
import { restoreNewestCheckpoint, saveCheckpoint } from '@restok/training';
import { publishModel } from './publish-model';
import type { RunObserver, TrainingStart } from './run-observer';
import { RunRecord } from './run-record';
import type { DataWatch } from './training-pictures';
import { dataNumbers } from './training-pictures';

export interface TrainingResult {
  readonly step: number;
  readonly finished: boolean;
  /** Folder of the trained model (its moving average where there is one). */
  readonly model: string;
}

/** The sections of a config that a run reads. */
interface RunConfig {
  readonly experiment: {
    readonly output_dir: string;
    readonly save_every: number;
    readonly log_every: number;
    readonly generate_every: number;
    readonly eval_every: number;
    readonly resume: boolean;
  };
  readonly training: {
    readonly per_gpu_batch_size: number;
    readonly gradient_accumulation_steps: number;
    readonly max_train_steps: number;
    readonly keep_checkpoints: number;
    readonly use_ema: boolean;
  };
}

/** One kind of training. Models are evaluated and sampled with their moving averages in place. */
export interface TrainingTask<Report extends { readonly step: number }, Evaluation extends object> {
  readonly config: RunConfig;
  readonly trainer: Checkpointed & { next(): Promise<Report> };
  /** How the data of the steps are read. */
  readonly data: DataWatch;
  /** Before the first step of a new run. */
  prepare(): Promise<void>;
  evaluate(): Promise<Evaluation>;
  /** Writes pictures to look at. */
  writeSamples(path: string): Promise<void>;
}

export interface RunTaskOptions<Report, Evaluation> {
  readonly observer: RunObserver<Report, Evaluation>;
  readonly resources: Pick<TrainingStart, 'backend' | 'workers'>;
  /** Stops after the current step, with a checkpoint. */
  readonly signal?: AbortSignal;
}

/**
 * Trains until the last step or a signal, from the newest checkpoint that is whole.
 *
 * Everything goes below `experiment.output_dir`: checkpoints, log.jsonl, tensorboard, samples and
 * `model`, the newest model.
 * With `experiment.resume` false the checkpoints that are there are removed first.
 */
export async function runTask<Report extends { readonly step: number }, Evaluation extends object>(
  task: TrainingTask<Report, Evaluation>,
  options: RunTaskOptions<Report, Evaluation>,
): Promise<TrainingResult> {
  const { max_train_steps: maxSteps } = task.config.training;
  const run = new TrainingRun(task, options.observer);
  await run.start(options.resources);
  while (task.trainer.trainStep < maxSteps && options.signal?.aborted !== true) {
    await run.step();
  }
  await run.save();
  const step = task.trainer.trainStep;
  const model = join(task.config.experiment.output_dir, 'model');
  return { step, finished: step >= maxSteps, model };
}

/** One run: what happens at the start, after every step and when it saves. */
class TrainingRun<Report extends { readonly step: number }, Evaluation extends object> {
  private readonly folder: string;
  private record: RunRecord | undefined;
  private savedStep = -1;
  private numPassedOver = 0;
  private lastStepEnded = performance.now();

  constructor(
    private readonly task: TrainingTask<Report, Evaluation>,
    private readonly observer: RunObserver<Report, Evaluation>,
  ) {
    this.folder = task.config.experiment.output_dir;
  }

  async start(resources: Pick<TrainingStart, 'backend' | 'workers'>): Promise<void> {
    const { config, trainer } = this.task;
    const checkpointFolder = join(this.folder, 'checkpoints');
    await mkdir(this.folder, { recursive: true });
    if (!config.experiment.resume) {
      await rm(checkpointFolder, { recursive: true, force: true });
    }
    const restored = await restoreNewestCheckpoint(trainer, checkpointFolder);
    if (restored === undefined) {
      await this.task.prepare();
    } else {
      this.savedStep = restored.step;
      // A process killed after its checkpoint was written has not published it.
      await this.publish(restored.path);
    }
    const startStep = restored?.step ?? 0;
    this.record = await RunRecord.resume(this.folder, startStep);
    this.observer.onStart?.({
      ...resources,
      startStep,
      maxSteps: config.training.max_train_steps,
      numParameters: trainer.model.numParameters,
      skipped: restored?.skipped ?? [],
    });
    this.lastStepEnded = performance.now();
  }

  async step(): Promise<void> {
    const { experiment, training } = this.task.config;
    this.task.data.takeWaited();
    const trained = await this.task.trainer.next();
    const now = performance.now();
    const report = { ...trained, ...dataNumbers(this.task.data, now - this.lastStepEnded) };
    this.tellPassedOver();
    const pictures = training.per_gpu_batch_size * training.gradient_accumulation_steps;
    const picturesPerSecond = pictures / ((now - this.lastStepEnded) / 1000);
    this.observer.onStep?.({ ...report, picturesPerSecond });
    const isDue = (every: number): boolean => report.step % every === 0;
    if (isDue(experiment.log_every)) {
      await this.record?.step({ ...report, picturesPerSecond: Math.round(picturesPerSecond * 10) / 10 });
    }
    if (isDue(experiment.generate_every)) {
      const name = `step-${String(report.step).padStart(7, '0')}.png`;
      const path = join(this.folder, 'samples', name);
      await this.withAverages(() => this.task.writeSamples(path));
      await this.record?.samples(report.step, path);
    }
    if (isDue(experiment.eval_every) || report.step === training.max_train_steps) {
      const evaluation = await this.withAverages(() => this.task.evaluate());
      await this.record?.evaluation(report.step, evaluation);
      this.observer.onEvaluation?.({ step: report.step, ...evaluation });
    }
    if (isDue(experiment.save_every)) {
      await this.save();
    }
    this.lastStepEnded = performance.now();
  }

  private tellPassedOver(): void {
    const { passedOver } = this.task.data;
    if (passedOver.count > this.numPassedOver) {
      this.numPassedOver = passedOver.count;
      this.observer.onPassedOver?.(passedOver);
    }
  }

  /** A checkpoint, and the newest model in `model`. */
  async save(): Promise<void> {
    const { trainer, config } = this.task;
    if (trainer.trainStep === this.savedStep) {
      return;
    }
    const { keep_checkpoints: keepLast } = config.training;
    const checkpoint = await saveCheckpoint(trainer, join(this.folder, 'checkpoints'), keepLast);
    this.savedStep = trainer.trainStep;
    await this.publish(checkpoint);
    this.observer.onSave?.(checkpoint);
  }

  private async publish(checkpoint: string): Promise<void> {
    const { use_ema: averaged } = this.task.config.training;
    await publishModel(averaged ? join(checkpoint, 'ema_model') : checkpoint, this.folder);
  }

  private withAverages<T>(run: () => Promise<T>): Promise<T> {
    const { movingWeights } = this.task.trainer;
    return movingWeights === undefined ? run() : movingWeights.during(run);
  }
}
