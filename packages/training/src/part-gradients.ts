import type { Scalar, Tensor, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { keep, tensor4d, tidy } from '@tensorflow/tfjs-core';
import { Random } from '@restok/core';
import type { PictureDataset } from '@restok/data';
import type { Parameter } from '@restok/ops';
import type { ResTok } from '@restok/tokenizer';
import { DataOrder } from './data-order';
import type { NestedDropout } from './nested-dropout';
import { drawNumKept, nestedDropout } from './nested-dropout';
import type { ReconstructionLossName } from './tokenizer-loss';
import { tokenizerLoss } from './tokenizer-loss';
import type { TokenizerTrainingConfig } from './tokenizer-training-config';
import { valueAndGradients } from './value-and-gradients';

/** The terms of the loss, each averaged over a batch. */
export interface LossTerms {
  readonly totalLoss: number;
  readonly reconstructionLoss: number;
  readonly quantizerLoss: number;
  readonly commitmentLoss: number;
  readonly codebookLoss: number;
  readonly entropyLoss: number;
}

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
  /** One per parameter, in order. */
  readonly gradients: Tensor[];
  /** `[B, L, Dc]` before the quantiser. */
  readonly latents: Tensor3D;
  /** B · L indices. */
  readonly indices: Int32Array;
}

/**
 * Computes the loss and the gradients of the parts of a step. Which pictures and how many latents a part has
 * follows from the seed, the step and the part alone, so any process may compute it.
 */
export class PartGradients {
  private readonly parameters: readonly Parameter[];
  private readonly order: DataOrder;
  private readonly dropout: NestedDropout | undefined;

  constructor(
    private readonly config: TokenizerTrainingConfig,
    private readonly dataset: PictureDataset,
    private readonly tokenizer: ResTok,
  ) {
    this.parameters = [...tokenizer.namedParameters()].map(([, parameter]) => parameter);
    this.order = new DataOrder(dataset.count, config.training.seed);
    const model = config.tokenizer.model.vq_model;
    this.dropout = model.drop_latent_tokens
      ? nestedDropout(model.num_latent_tokens, model.num_min_tokens, model.drop_prob)
      : undefined;
  }

  async compute({ step, part, quantized }: PartOfStep): Promise<PartResult> {
    const { per_gpu_batch_size: batchSize, gradient_accumulation_steps: parts } = this.config.training;
    const pixels = await this.readBatch(step * parts + part);
    const numKept =
      this.dropout === undefined
        ? undefined
        : drawNumKept(this.dropout, batchSize, this.randomOf(`kept ${step} ${part}`));
    try {
      return this.gradientsOf(pixels, numKept, quantized);
    } finally {
      pixels.dispose();
    }
  }

  /** Pixels of batch number `batch`, counted over the whole run; owned by the caller. */
  async readBatch(batch: number): Promise<Tensor4D> {
    const { per_gpu_batch_size: batchSize } = this.config.training;
    const { size: side } = this.dataset;
    const random = this.randomOf(`pictures ${batch}`);
    const values = await this.dataset.read(this.order.batch(batch, batchSize), { random });
    return tensor4d(values, [batchSize, side, side, 3]);
  }

  private gradientsOf(
    pixels: Tensor4D,
    numKept: readonly number[] | undefined,
    quantized: boolean,
  ): PartResult {
    const { losses } = this.config;
    const terms: Scalar[] = [];
    const seen: { latents?: Tensor3D; indices?: Int32Array } = {};
    const loss = (): Scalar =>
      tidy(() => {
        const pass = this.tokenizer.forward(pixels, { numKept, quantize: quantized });
        const { total, reconstructionLoss } = tokenizerLoss(pass, pixels, {
          reconstructionLoss: losses.reconstruction_loss as ReconstructionLossName,
          reconstructionLossWeight: losses.reconstruction_weight,
          quantizerLossWeight: quantized ? losses.quantizer_weight : 0,
        });
        const { quantizerLoss, commitmentLoss, codebookLoss, entropyLoss } = pass;
        for (const term of [reconstructionLoss, quantizerLoss, commitmentLoss, codebookLoss, entropyLoss]) {
          terms.push(keep(term.clone()));
        }
        seen.latents = keep(pass.latents.clone());
        seen.indices = pass.indices.dataSync() as Int32Array;
        return total;
      });
    const tensors = this.parameters.map((parameter) => parameter.value);
    const { value, gradients } = valueAndGradients(loss, tensors);
    const numbers = [value, ...terms].map((term) => {
      const number = term.dataSync()[0]!;
      term.dispose();
      return number;
    });
    return { terms: lossTerms(numbers), gradients, latents: seen.latents!, indices: seen.indices! };
  }

  private randomOf(purpose: string): Random {
    return new Random(this.config.training.seed).fork(purpose);
  }
}

/** The terms from their values in the order of {@link LossTerms}. */
export function lossTerms(values: ArrayLike<number>): LossTerms {
  return {
    totalLoss: values[0]!,
    reconstructionLoss: values[1]!,
    quantizerLoss: values[2]!,
    commitmentLoss: values[3]!,
    codebookLoss: values[4]!,
    entropyLoss: values[5]!,
  };
}
