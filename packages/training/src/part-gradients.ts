import type { Scalar, Tensor, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { dispose, keep, tensor4d, tidy } from '@tensorflow/tfjs-core';
import { Random } from '@restok/core';
import type { PictureDataset } from '@restok/data';
import type { Parameter } from '@restok/ops';
import { setRecomputing } from '@restok/ops';
import type { Adversary } from './adversary';
import { DataOrder } from './data-order';
import { seededDraws } from './draws';
import type { LossScalars, LossTerms } from './loss-terms';
import { keptTerms, readTerms } from './loss-terms';
import type { DiscriminatorTerms } from './losses/discriminator-objective';
import { objectiveOptions } from './losses/objective-options';
import type { LossNetworks, StepTargets } from './losses/tokenizer-objective';
import { disposeTargets, TokenizerObjective } from './losses/tokenizer-objective';
import type { NestedDropout } from './nested-dropout';
import { drawNumKept, nestedDropout } from './nested-dropout';
import type { SupervisedTokenizer } from './supervised-tokenizer';
import type { TokenizerTrainingConfig } from './tokenizer-training-config';
import { trainedParameters } from './trained-parameters';
import { valueAndGradients } from './value-and-gradients';

/** One part of an optimizer step: with gradient accumulation a step has several. */
export interface PartOfStep {
  /** Optimizer steps done before this one. */
  readonly step: number;
  readonly part: number;
  readonly quantized: boolean;
}

/** Loss and gradients of one part; tensors are owned by the caller. */
export interface PartResult {
  readonly terms: LossTerms;
  /** One per trained parameter, in order. */
  readonly gradients: Tensor[];
  /** `[B, L, Dc]` before the quantiser. */
  readonly latents: Tensor3D;
  /** B · L indices. */
  readonly indices: Int32Array;
  /** One per trained parameter of the discriminator, where it took part. */
  readonly discriminatorGradients?: Tensor[];
}

/** What the terms beyond reconstruction and quantiser need; owned by the caller. */
export interface PartLosses {
  readonly networks?: LossNetworks;
  readonly adversary?: Adversary;
}

/** What a pass of the tokenizer shows beside its gradients; tensors are kept. */
interface Seen {
  terms?: LossScalars;
  latents?: Tensor3D;
  reconstruction?: Tensor4D;
  indices?: Tensor2D;
}

/**
 * Computes the loss and the gradients of the parts of a step. Which pictures and how many latents a part has
 * follows from the seed, the step and the part alone, so any process may compute it. Only a discriminator has state
 * that passes from part to part.
 */
export class PartGradients {
  /** Those that are trained. */
  private readonly parameters: readonly Parameter[];
  private readonly order: DataOrder;
  private readonly dropout: NestedDropout | undefined;
  private readonly objective: TokenizerObjective;
  private readonly adversary: Adversary | undefined;

  constructor(
    private readonly config: TokenizerTrainingConfig,
    private readonly dataset: PictureDataset,
    private readonly tokenizer: SupervisedTokenizer,
    { networks = {}, adversary }: PartLosses = {},
  ) {
    setRecomputing(tokenizer, config.training.gradient_checkpointing);
    const trained = trainedParameters([...tokenizer.namedParameters()], config.training.train_only);
    this.parameters = trained.map(([, parameter]) => parameter);
    this.order = new DataOrder(dataset.count, config.training.seed);
    const model = config.tokenizer.model.vq_model;
    this.dropout = model.drop_latent_tokens
      ? nestedDropout(model.num_latent_tokens, model.num_min_tokens, model.drop_prob)
      : undefined;
    this.objective = new TokenizerObjective(objectiveOptions(config), networks);
    this.adversary = adversary;
  }

  async compute(partOfStep: PartOfStep): Promise<PartResult> {
    const { per_gpu_batch_size: batchSize, gradient_accumulation_steps: parts } = this.config.training;
    const { step, part } = partOfStep;
    const batch = step * parts + part;
    const pictures = [...this.order.batch(batch, batchSize)];
    const pixels = await this.readPictures(batch, pictures);
    // What a process computes in this step, it computes in the next one too.
    this.prepareBatch(batch + parts);
    const draws = seededDraws(this.randomOf(`jitter ${step} ${part}`));
    const targets = await this.objective.prepare({ pixels, pictures }, draws);
    try {
      return await this.gradientsOf(pixels, targets, partOfStep);
    } finally {
      pixels.dispose();
      disposeTargets(targets);
    }
  }

  /** Pixels of batch number `batch`, counted over the whole run; owned by the caller. */
  async readBatch(batch: number): Promise<Tensor4D> {
    return this.readPictures(batch, [...this.order.batch(batch, this.config.training.per_gpu_batch_size)]);
  }

  /** Lets the data set begin with a batch, while this thread computes. */
  private prepareBatch(batch: number): void {
    const pictures = this.order.batch(batch, this.config.training.per_gpu_batch_size);
    this.dataset.prepare?.(pictures, { random: this.randomOf(`pictures ${batch}`) });
  }

  private async readPictures(batch: number, pictures: readonly number[]): Promise<Tensor4D> {
    const { size: side } = this.dataset;
    const random = this.randomOf(`pictures ${batch}`);
    const values = await this.dataset.read(pictures, { random });
    return tensor4d(values, [pictures.length, side, side, 3]);
  }

  private async gradientsOf(
    pixels: Tensor4D,
    targets: StepTargets,
    partOfStep: PartOfStep,
  ): Promise<PartResult> {
    const seen: Seen = {};
    const { value, gradients } = valueAndGradients(
      () => this.look(pixels, targets, partOfStep, seen),
      this.parameters.map((parameter) => parameter.value),
    );
    const judged = await this.judge(pixels, seen.reconstruction!, partOfStep);
    const indices = (await seen.indices!.data()) as Int32Array;
    dispose([seen.reconstruction!, seen.indices!]);
    const terms = await readTerms(value, seen.terms!);
    return {
      terms: { ...terms, ...judged?.terms },
      gradients,
      latents: seen.latents!,
      indices,
      discriminatorGradients: judged?.gradients,
    };
  }

  /** A pass of the tokenizer and its loss. */
  private look(
    pixels: Tensor4D,
    targets: StepTargets,
    { step, part, quantized }: PartOfStep,
    seen: Seen,
  ): Scalar {
    const numKept =
      this.dropout === undefined
        ? undefined
        : drawNumKept(this.dropout, pixels.shape[0], this.randomOf(`kept ${step} ${part}`));
    return tidy(() => {
      const pass = this.tokenizer.forward(pixels, {
        numKept,
        quantize: quantized,
        featureStream: this.tokenizer.hasFeatureStream,
      });
      const value = this.objective.value(this.tokenizer, pass, pixels, {
        targets,
        isAdversarial: this.adversary?.isActive(step) === true,
        draws: seededDraws(this.randomOf(`augmentation ${step} ${part}`)),
        quantizerLossWeight: quantized ? undefined : 0,
      });
      seen.terms = keptTerms(pass, value);
      seen.latents = keep(pass.latents.clone());
      seen.reconstruction = keep(pass.reconstruction.clone());
      seen.indices = keep(pass.indices.clone());
      return value.total;
    });
  }

  /** The discriminator's part of a step, with the same pictures and their reconstructions as they were. */
  private async judge(
    pixels: Tensor4D,
    reconstruction: Tensor4D,
    { step, part }: PartOfStep,
  ): Promise<{ terms: DiscriminatorTerms; gradients: Tensor[] } | undefined> {
    const draws = seededDraws(this.randomOf(`discrimination ${step} ${part}`));
    return this.adversary?.isActive(step) === true
      ? this.adversary.look(pixels, reconstruction, draws)
      : undefined;
  }

  private randomOf(purpose: string): Random {
    return new Random(this.config.training.seed).fork(purpose);
  }
}
