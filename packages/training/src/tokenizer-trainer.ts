import type { Tensor, Tensor3D } from '@tensorflow/tfjs-core';
import { add, mean, mul, tensor, tidy } from '@tensorflow/tfjs-core';
import { Random } from '@restok/core';
import type { PictureDataset } from '@restok/data';
import type { InitializationName, Parameter } from '@restok/ops';
import { ResTok } from '@restok/tokenizer';
import { codebookFromLatents, reviveCodes } from './codebook-from-latents';
import { MovingWeights } from './moving-weights';
import { firstNonFinite, NonFiniteError } from './non-finite';
import { globalNorm, Optimizer } from './optimizer';
import type { LossTerms, PartOfStep, PartResult } from './part-gradients';
import { lossTerms, PartGradients } from './part-gradients';
import type { ScheduleName } from './schedules';
import { schedules } from './schedules';
import type { TokenizerTrainingConfig } from './tokenizer-training-config';

/** What one optimizer step reports. */
export interface TrainStepReport extends LossTerms {
  /** Number of the step, counted from 1. */
  readonly step: number;
  readonly learningRate: number;
  readonly gradientNorm: number;
  /** Share of the codebook chosen in the recent steps. */
  readonly codebookUsage: number;
  readonly quantized: boolean;
}

/** Steps over which codebook usage is counted when no revival window is set. */
const USAGE_WINDOW = 50;
/** Batches whose latents the first codebook is drawn from. */
const CODEBOOK_BATCHES = 8;

/** The state of a training run beyond its tensors. */
export interface TrainerState {
  readonly step: number;
  /** How often each code was chosen since the window began. */
  readonly codeCounts: readonly number[];
  readonly recentUsage: number;
}

/** Computes parts of a step elsewhere, for instance in other processes, from the current parameters. */
export interface PartHelper {
  /** How many parts it computes at a time. */
  readonly capacity: number;
  /** Takes the values that the parts started from now on are computed with; called once a step. */
  share(parameters: readonly Parameter[]): void;
  /** Hands a part over; the function that it gives waits for the result. */
  start(part: PartOfStep): Promise<() => Promise<PartResult>>;
}

/**
 * Trains a tokenizer step by step. Everything random in a step follows from the seed and its number, so a
 * run that is stopped and resumed gives the same numbers as one that was not.
 */
export class TokenizerTrainer {
  readonly tokenizer: ResTok;
  readonly parameters: readonly [string, Parameter][];
  readonly optimizer: Optimizer;
  readonly movingWeights: MovingWeights | undefined;
  private readonly parts: PartGradients;
  private step = 0;
  private codeCounts: Uint32Array;
  private recentUsage = 0;

  constructor(
    readonly config: TokenizerTrainingConfig,
    dataset: PictureDataset,
    private readonly helper?: PartHelper,
  ) {
    const { training, optimizer } = config;
    this.tokenizer = new ResTok(config.tokenizer, {
      seed: training.seed,
      initialization: training.initialization as InitializationName,
    });
    this.parameters = [...this.tokenizer.namedParameters()];
    this.optimizer = new Optimizer(this.parameters, {
      beta1: optimizer.params.beta1,
      beta2: optimizer.params.beta2,
      weightDecay: optimizer.params.weight_decay,
      maxGradNorm: training.max_grad_norm,
    });
    this.movingWeights = training.use_ema
      ? new MovingWeights(this.parameters, { decay: training.ema_decay })
      : undefined;
    this.parts = new PartGradients(config, dataset, this.tokenizer);
    this.codeCounts = new Uint32Array(config.tokenizer.model.vq_model.codebook_size);
  }

  /** Optimizer steps done. */
  get trainStep(): number {
    return this.step;
  }

  get state(): TrainerState {
    return { step: this.step, codeCounts: [...this.codeCounts], recentUsage: this.recentUsage };
  }

  set state(state: TrainerState) {
    this.step = state.step;
    this.codeCounts = Uint32Array.from(state.codeCounts);
    this.recentUsage = state.recentUsage;
  }

  /**
   * What must happen once before the first step of a new run.
   *
   * @param initial a model of the same config to start from instead of drawn weights; not consumed.
   */
  async prepare(initial?: ResTok): Promise<void> {
    if (initial !== undefined) {
      const values = new Map(initial.namedParameters());
      for (const [name, parameter] of this.parameters) {
        parameter.replace(mul(values.get(name)!.value, 1));
        this.movingWeights?.restore(name, mul(parameter.value, 1));
      }
    } else if (this.config.training.output_bias_from_data) {
      await this.setOutputBias();
    }
  }

  /**
   * One optimizer step.
   *
   * @throws NonFiniteError when a loss or a gradient is NaN or infinite, naming the weight or the pictures that
   *   it comes from where one of them is; the parameters are untouched then.
   */
  async next(): Promise<TrainStepReport> {
    const { training, lr_scheduler: scheduler, optimizer } = this.config;
    const quantized = this.step >= training.unquantized_steps;
    if (this.step === training.unquantized_steps && training.unquantized_steps > 0) {
      await this.startQuantizing();
    }
    const { terms, gradients, latents } = await this.accumulate(quantized);
    try {
      const summedNorm = globalNorm(gradients);
      await this.checkFinite(terms, gradients, summedNorm);
      const learningRate = schedules[scheduler.scheduler as ScheduleName](this.step, {
        learningRate: scheduler.params.learning_rate ?? optimizer.params.learning_rate,
        endLearningRate: scheduler.params.end_lr,
        warmupSteps: scheduler.params.warmup_steps,
        maxSteps: training.max_train_steps,
      });
      this.step += 1;
      const gradientScale = 1 / training.gradient_accumulation_steps;
      const gradientNorm = summedNorm * gradientScale;
      this.optimizer.step(gradients, this.step, { learningRate, gradientNorm: summedNorm, gradientScale });
      this.movingWeights?.update(this.step);
      this.followUsage(latents, quantized);
      return {
        step: this.step,
        ...terms,
        learningRate,
        gradientNorm,
        codebookUsage: this.recentUsage,
        quantized,
      };
    } finally {
      gradients.forEach((gradient) => gradient.dispose());
      latents.dispose();
    }
  }

  dispose(): void {
    this.tokenizer.dispose();
    this.optimizer.dispose();
    this.movingWeights?.dispose();
  }

  /** Mean losses and summed gradients over the parts of a step, and the latents of the first. */
  private async accumulate(quantized: boolean): Promise<PartResult> {
    const numParts = this.config.training.gradient_accumulation_steps;
    const results = await this.computeParts(numParts, quantized);
    const [first, ...others] = results as [PartResult, ...PartResult[]];
    const gradients = others.reduce(
      (sums, { gradients: more }) => addAndDispose(sums, more),
      first.gradients,
    );
    others.forEach(({ latents }) => latents.dispose());
    for (const { indices } of quantized ? results : []) {
      for (const index of indices) {
        this.codeCounts[index]! += 1;
      }
    }
    return { ...first, gradients, terms: meanTerms(results.map(({ terms }) => terms)) };
  }

  /** The helper's parts run while this thread computes its own; results come in the order of the parts. */
  private async computeParts(numParts: number, quantized: boolean): Promise<PartResult[]> {
    const step = this.step;
    const perRound = 1 + (this.helper?.capacity ?? 0);
    if (numParts > 1) {
      this.helper?.share(this.parameters.map(([, parameter]) => parameter));
    }
    const results: PartResult[] = [];
    for (let start = 0; start < numParts; start += perRound) {
      const members = Array.from({ length: Math.min(perRound, numParts - start) }, (_, i) => start + i);
      const [own, ...elsewhere] = members as [number, ...number[]];
      const helped = await Promise.all(
        elsewhere.map((part) => this.helper!.start({ step, part, quantized })),
      );
      const mine = await this.parts.compute({ step, part: own, quantized });
      results.push(mine, ...(await Promise.all(helped.map((result) => result()))));
    }
    return results;
  }

  private randomOf(purpose: string): Random {
    return new Random(this.config.training.seed).fork(purpose);
  }

  private async checkFinite(terms: LossTerms, gradients: readonly Tensor[], norm: number): Promise<void> {
    const step = this.step + 1;
    const term = Object.entries(terms).find(([, value]) => !Number.isFinite(value))?.[0];
    if (term === undefined && Number.isFinite(norm)) {
      return;
    }
    // The cause comes before what was computed from it.
    const weight = firstNonFinite(this.parameters.map(([name, { value }]) => [name, value]));
    if (weight === undefined && (await this.hasNonFinitePictures())) {
      throw new NonFiniteError('a picture of the batch', step, 'Check the data set.');
    }
    const named = gradients.map(
      (gradient, i) => [`the gradient of ${this.parameters[i]![0]}`, gradient] as const,
    );
    // The norm of finite gradients overflows only where they are beyond all use.
    throw new NonFiniteError(weight ?? term ?? firstNonFinite(named) ?? 'the gradient norm', step);
  }

  private async hasNonFinitePictures(): Promise<boolean> {
    const numParts = this.config.training.gradient_accumulation_steps;
    for (let part = 0; part < numParts; part++) {
      const pixels = await this.parts.readBatch(this.step * numParts + part);
      const culprit = firstNonFinite([['pictures', pixels]]);
      pixels.dispose();
      if (culprit !== undefined) {
        return true;
      }
    }
    return false;
  }

  /** Once a window: how much of the codebook was used, and new life for the rest where the config asks. */
  private followUsage(latents: Tensor3D, quantized: boolean): void {
    const revivalSteps = this.config.training.code_revival_steps;
    const window = revivalSteps > 0 ? revivalSteps : USAGE_WINDOW;
    if (!quantized || this.step % window !== 0) {
      return;
    }
    const unused = [...this.codeCounts.keys()].filter((code) => this.codeCounts[code] === 0);
    this.recentUsage = 1 - unused.length / this.codeCounts.length;
    this.codeCounts.fill(0);
    if (revivalSteps > 0 && unused.length > 0) {
      reviveCodes(this.tokenizer, latents, unused, this.randomOf(`revival ${this.step}`));
    }
  }

  private async startQuantizing(): Promise<void> {
    const batches: Tensor3D[] = [];
    for (let i = 0; i < CODEBOOK_BATCHES; i++) {
      const pixels = await this.parts.readBatch(this.step + i);
      batches.push(tidy(() => this.tokenizer.encodeLatents(pixels).latents));
      pixels.dispose();
    }
    codebookFromLatents(this.tokenizer, batches, this.randomOf('codebook'));
    batches.forEach((batch) => batch.dispose());
    this.movingWeights?.restore(
      'quantize.embedding.weight',
      tidy(() => mul(this.tokenizer.quantizer.codebook, 1)),
    );
  }

  /** The mean colour of the data as the decoder's output bias. */
  private async setOutputBias(): Promise<void> {
    const pixels = await this.parts.readBatch(0);
    const bias = tidy(() => mean(pixels, [0, 1, 2]).dataSync()) as Float32Array;
    pixels.dispose();
    const name = 'pixel_decoder.conv_out.bias';
    this.parameters.find(([parameter]) => parameter === name)![1].load(bias);
    this.movingWeights?.restore(name, tensor(bias));
  }
}

/** Sums of two lists of tensors, both consumed. */
function addAndDispose(sums: Tensor[], more: Tensor[]): Tensor[] {
  return sums.map((sum, i) => {
    const total = add(sum, more[i]!);
    sum.dispose();
    more[i]!.dispose();
    return total;
  });
}

function meanTerms(all: readonly LossTerms[]): LossTerms {
  const rows = all.map((terms) => Object.values(terms) as number[]);
  return lossTerms(
    rows[0]!.map((_, column) => rows.reduce((sum, row) => sum + row[column]!, 0) / rows.length),
  );
}
