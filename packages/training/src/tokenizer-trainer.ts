import type { Tensor3D } from '@tensorflow/tfjs-core';
import { dispose, mean, mul, tensor, tidy } from '@tensorflow/tfjs-core';
import { Random } from '@restok/core';
import type { PictureDataset } from '@restok/data';
import type { InitializationName } from '@restok/ops';
import type { ResTok } from '@restok/tokenizer';
import { z } from 'zod';
import { Adversary } from './adversary';
import type { CheckpointCompanion } from './checkpointed';
import type { CodeCountsState } from './code-counts';
import { CodeCounts, codeCountsState } from './code-counts';
import { codebookFromLatents, reviveCodes } from './codebook-from-latents';
import { checkLossNetworks } from './losses/check-loss-networks';
import type { LossNetworks } from './losses/tokenizer-objective';
import { ModelTrainer } from './model-trainer';
import type { Culprit, UpdateReport } from './model-updater';
import { firstNonFinite } from './non-finite';
import type { LossTerms } from './loss-terms';
import type { PartOfStep, PartResult } from './part-gradients';
import { PartGradients } from './part-gradients';
import type { PartHelper } from './parts';
import { computeParts, meanTerms, sumGradients } from './parts';
import { SupervisedTokenizer } from './supervised-tokenizer';
import type { TokenizerTrainingConfig } from './tokenizer-training-config';

/** What one optimizer step reports. */
export interface TrainStepReport extends LossTerms, UpdateReport {
  /** Number of the step, counted from 1. */
  readonly step: number;
  /** Share of the codebook chosen in the recent steps. */
  readonly codebookUsage: number;
  readonly quantized: boolean;
}

/** Steps over which codebook usage is counted when no revival window is set. */
const USAGE_WINDOW = 50;
/** Batches whose latents the first codebook is drawn from. */
const CODEBOOK_BATCHES = 8;

/** The state of a training run beyond its tensors. */
export interface TrainerState extends CodeCountsState {
  readonly step: number;
}

/** Stored as state.json of a checkpoint. */
const trainerState = codeCountsState.extend({ step: z.number().int().nonnegative() });

/**
 * Trains a tokenizer step by step. Everything random in a step follows from the seed and its number, so a
 * run that is stopped and resumed gives the same numbers as one that was not.
 */
export class TokenizerTrainer extends ModelTrainer<SupervisedTokenizer, TrainerState> {
  private readonly parts: PartGradients;
  private readonly codeCounts: CodeCounts;
  private readonly adversary: Adversary | undefined;

  /**
   * @param helper computes parts elsewhere.
   * @param networks that the losses of the config look through, from `openLossNetworks`; owned by the caller. Their
   *   discriminator is trained.
   * @throws ConfigError when the config has a loss whose network is absent.
   */
  constructor(
    readonly config: TokenizerTrainingConfig,
    dataset: PictureDataset,
    private readonly helper?: PartHelper<PartOfStep, PartResult>,
    networks: LossNetworks = {},
  ) {
    checkLossNetworks(config, networks);
    const { training } = config;
    const tokenizer = new SupervisedTokenizer(config.tokenizer, {
      seed: training.seed,
      initialization: training.initialization as InitializationName,
      featureWidth: networks.features?.width,
    });
    super(tokenizer, config);
    const { discriminator } = networks;
    this.adversary = discriminator && new Adversary(discriminator, config);
    this.parts = new PartGradients(config, dataset, tokenizer, { networks, adversary: this.adversary });
    this.codeCounts = new CodeCounts(config.tokenizer.model.vq_model.codebook_size);
  }

  get tokenizer(): SupervisedTokenizer {
    return this.model;
  }

  get companion(): CheckpointCompanion | undefined {
    return this.adversary;
  }

  get state(): TrainerState {
    return { step: this.step, ...this.codeCounts.state };
  }

  set state(state: TrainerState) {
    this.step = state.step;
    this.codeCounts.state = state;
  }

  parseState(stored: unknown): TrainerState | undefined {
    return trainerState.safeParse(stored).data;
  }

  override dispose(): void {
    super.dispose();
    this.adversary?.dispose();
  }

  /**
   * What must happen once before the first step of a new run.
   *
   * @param initial a model of the same config to start from instead of drawn weights; not consumed.
   */
  async prepare(initial?: ResTok): Promise<void> {
    if (initial !== undefined) {
      this.updater.startFrom(initial);
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
    const { unquantized_steps: unquantizedSteps } = this.config.training;
    const quantized = this.step >= unquantizedSteps;
    if (this.step === unquantizedSteps && unquantizedSteps > 0) {
      await this.startQuantizing();
    }
    const { terms, gradients, latents, discriminatorGradients } = await this.accumulate(quantized);
    try {
      const { step, adversary } = this;
      const judged = discriminatorGradients ?? [];
      const discriminatorNorm = await adversary?.checkedNorm(step, judged);
      const update = await this.updater.update(step, gradients, { ...terms }, () => this.findCulprit());
      if (judged.length > 0) {
        adversary!.update(step, judged, discriminatorNorm!);
      }
      this.step += 1;
      await this.followUsage(latents, quantized);
      return { step: this.step, ...terms, ...update, codebookUsage: this.codeCounts.recentUsage, quantized };
    } finally {
      dispose([...gradients, ...(discriminatorGradients ?? []), latents]);
    }
  }

  /** Mean losses and summed gradients over the parts of a step, and the latents of the first. */
  private async accumulate(quantized: boolean): Promise<PartResult> {
    const { gradient_accumulation_steps: numParts } = this.config.training;
    const parts = Array.from({ length: numParts }, (_, part) => ({ step: this.step, part, quantized }));
    const compute = (part: PartOfStep): Promise<PartResult> => this.parts.compute(part);
    const results = await computeParts(parts, this, compute, this.helper);
    const [first, ...others] = results as [PartResult, ...PartResult[]];
    const gradients = sumGradients(results.map((result) => result.gradients));
    const judged = results.flatMap((result) =>
      result.discriminatorGradients === undefined ? [] : [result.discriminatorGradients],
    );
    others.forEach(({ latents }) => latents.dispose());
    if (quantized) {
      results.forEach(({ indices }) => this.codeCounts.add(indices));
    }
    return {
      ...first,
      gradients,
      discriminatorGradients: judged.length === 0 ? undefined : sumGradients(judged),
      terms: meanTerms(results.map(({ terms }) => terms)),
    };
  }

  private randomOf(purpose: string): Random {
    return new Random(this.config.training.seed).fork(purpose);
  }

  private async findCulprit(): Promise<Culprit | undefined> {
    const numParts = this.config.training.gradient_accumulation_steps;
    for (let part = 0; part < numParts; part++) {
      const pixels = await this.parts.readBatch(this.step * numParts + part);
      const culprit = await firstNonFinite([['pictures', pixels]]);
      pixels.dispose();
      if (culprit !== undefined) {
        return { name: 'a picture of the batch', advice: 'Check the data set.' };
      }
    }
    return undefined;
  }

  /** Once a window: how much of the codebook was used, and new life for the rest where the config asks. */
  private async followUsage(latents: Tensor3D, quantized: boolean): Promise<void> {
    const revivalSteps = this.config.training.code_revival_steps;
    const window = revivalSteps > 0 ? revivalSteps : USAGE_WINDOW;
    if (!quantized || this.step % window !== 0) {
      return;
    }
    const unused = this.codeCounts.endWindow();
    if (revivalSteps > 0 && unused.length > 0) {
      await reviveCodes(this.tokenizer, latents, unused, this.randomOf(`revival ${this.step}`));
    }
  }

  private async startQuantizing(): Promise<void> {
    const batches: Tensor3D[] = [];
    for (let i = 0; i < CODEBOOK_BATCHES; i++) {
      const pixels = await this.parts.readBatch(this.step + i);
      batches.push(tidy(() => this.tokenizer.encodeLatents(pixels).latents));
      pixels.dispose();
    }
    await codebookFromLatents(this.tokenizer, batches, this.randomOf('codebook'));
    batches.forEach((batch) => batch.dispose());
    this.movingWeights?.restore(
      'quantize.embedding.weight',
      tidy(() => mul(this.tokenizer.quantizer.codebook, 1)),
    );
  }

  /** The mean colour of the data as the decoder's output bias. */
  private async setOutputBias(): Promise<void> {
    const pixels = await this.parts.readBatch(0);
    const colour = mean(pixels, [0, 1, 2]);
    pixels.dispose();
    const bias = (await colour.data()) as Float32Array;
    colour.dispose();
    const name = 'pixel_decoder.conv_out.bias';
    this.parameters.find(([parameter]) => parameter === name)![1].load(bias);
    this.movingWeights?.restore(name, tensor(bias));
  }
}
