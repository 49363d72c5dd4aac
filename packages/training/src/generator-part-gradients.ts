import type { Scalar, Tensor, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { keep, mean, tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { Random } from '@restok/core';
import type { CodeDataset, PictureDataset } from '@restok/data';
import type { Generator } from '@restok/generator';
import type { Parameter } from '@restok/ops';
import { setRecomputing } from '@restok/ops';
import { DataOrder } from './data-order';
import { generatorHits, generatorLosses, levelMeans } from './generator-loss';
import type { GeneratorTrainingConfig } from './generator-training-config';
import { trainedParameters } from './trained-parameters';
import { valueAndGradients } from './value-and-gradients';

/** Indices and labels to train on, from disk or tokenised as they are asked for. */
export type GeneratorData = Pick<
  CodeDataset,
  'count' | 'numLatents' | 'codebookSize' | 'classNames' | 'read'
> &
  Pick<PictureDataset, 'prepare'>;

/** How well the indices of a batch are predicted. */
export interface GeneratorTerms {
  /** Mean cross entropy in nats. */
  readonly loss: number;
  /** Share of latents whose most likely index is the right one. */
  readonly accuracy: number;
  /** Both by level, coarsest first. */
  readonly levelLosses: readonly number[];
  readonly levelAccuracies: readonly number[];
}

/** One part of an optimizer step: with gradient accumulation a step has several. */
export interface GeneratorPart {
  /** Optimizer steps done before this one. */
  readonly step: number;
  readonly part: number;
}

/** Terms and gradients of one part; tensors are owned by the caller. */
export interface GeneratorPartResult {
  readonly terms: GeneratorTerms;
  /** One per trained parameter, in order. */
  readonly gradients: Tensor[];
}

/** A batch as tensors, owned by the caller. */
interface Batch {
  readonly indices: Tensor2D;
  readonly labels: Int32Array;
}

/**
 * Computes the loss and the gradients of the parts of a step. Which pictures and crops a part has and what dropout
 * drops follow from the seed, the step and the part alone, so any process may compute it.
 */
export class GeneratorPartGradients {
  /** Those that are trained. */
  private readonly parameters: readonly Parameter[];
  private readonly order: DataOrder;

  constructor(
    private readonly config: GeneratorTrainingConfig,
    private readonly data: GeneratorData,
    private readonly generator: Generator,
  ) {
    setRecomputing(generator, config.training.gradient_checkpointing);
    const trained = trainedParameters([...generator.namedParameters()], config.training.train_only);
    this.parameters = trained.map(([, parameter]) => parameter);
    this.order = new DataOrder(data.count, config.training.seed);
  }

  async compute({ step, part }: GeneratorPart): Promise<GeneratorPartResult> {
    const { gradient_accumulation_steps: parts } = this.config.training;
    const batch = await this.readBatch(step * parts + part);
    try {
      return await this.gradientsOf(batch, this.randomOf(`dropout ${step} ${part}`));
    } finally {
      batch.indices.dispose();
    }
  }

  private async readBatch(batch: number): Promise<Batch> {
    const { per_gpu_batch_size: batchSize, gradient_accumulation_steps: parts } = this.config.training;
    const random = this.randomOf(`codes ${batch}`);
    const { indices, labels } = await this.data.read(this.order.batch(batch, batchSize), { random });
    // What a process computes in this step, it computes in the next one too.
    const next = batch + parts;
    this.data.prepare?.(this.order.batch(next, batchSize), { random: this.randomOf(`codes ${next}`) });
    return { indices: tensor2d(indices, [batchSize, this.data.numLatents], 'int32'), labels };
  }

  private async gradientsOf({ indices, labels }: Batch, dropouts: Random): Promise<GeneratorPartResult> {
    const seen: { logits?: Tensor3D; losses?: Tensor2D } = {};
    const loss = (): Scalar =>
      tidy(() => {
        const logits = this.generator.forward(indices, tensor1d(labels, 'int32'), { dropouts });
        const losses = generatorLosses(logits, indices);
        seen.logits = keep(logits.clone());
        seen.losses = keep(losses.clone());
        return mean(losses);
      });
    const { value, gradients } = valueAndGradients(
      loss,
      this.parameters.map((parameter) => parameter.value),
    );
    value.dispose();
    const terms = await generatorTerms(seen.logits!, seen.losses!, indices, this.generator.levelSizes);
    seen.logits!.dispose();
    seen.losses!.dispose();
    return { terms, gradients };
  }

  private randomOf(purpose: string): Random {
    return new Random(this.config.training.seed).fork(purpose);
  }
}

/** The terms of a batch; nothing is consumed. */
export async function generatorTerms(
  logits: Tensor3D,
  losses: Tensor2D,
  indices: Tensor2D,
  levelSizes: readonly number[],
): Promise<GeneratorTerms> {
  const hits = generatorHits(logits, indices);
  const [lossValues, hitValues] = await Promise.all([losses.data(), hits.data()]);
  hits.dispose();
  const whole = [indices.shape[1]];
  return {
    loss: levelMeans(lossValues, whole)[0]!,
    accuracy: levelMeans(hitValues, whole)[0]!,
    levelLosses: levelMeans(lossValues, levelSizes),
    levelAccuracies: levelMeans(hitValues, levelSizes),
  };
}

/** Means of the terms of batches of one size, or weighted by their sizes. */
export function meanGeneratorTerms(
  all: readonly GeneratorTerms[],
  weights: readonly number[] = all.map(() => 1),
): GeneratorTerms {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const meanOf = (pick: (terms: GeneratorTerms) => number): number =>
    all.reduce((sum, terms, i) => sum + pick(terms) * weights[i]!, 0) / total;
  const levels = all[0]!.levelLosses.map((_, level) => level);
  return {
    loss: meanOf(({ loss }) => loss),
    accuracy: meanOf(({ accuracy }) => accuracy),
    levelLosses: levels.map((level) => meanOf(({ levelLosses }) => levelLosses[level]!)),
    levelAccuracies: levels.map((level) => meanOf(({ levelAccuracies }) => levelAccuracies[level]!)),
  };
}
