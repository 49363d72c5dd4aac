import type { Tensor } from '@tensorflow/tfjs-core';
import { mul } from '@tensorflow/tfjs-core';
import type { Module, Parameter } from '@restok/ops';
import { learningRateOf } from './learning-rate';
import { MovingWeights } from './moving-weights';
import { firstNonFinite, NonFiniteError } from './non-finite';
import { globalNorm, Optimizer } from './optimizer';
import { trainedParameters } from './trained-parameters';
import type { UpdateSections } from './training-sections';

/** What an update was made with. */
export interface UpdateReport {
  readonly learningRate: number;
  /** Before clipping. */
  readonly gradientNorm: number;
}

/** Where numbers that are not finite come from, when that is neither a weight nor what is computed. */
export interface Culprit {
  readonly name: string;
  readonly advice: string;
}

/** Optimizer steps of a model: check, schedule, clipping, AdamW, moving average, in that order. */
export class ModelUpdater {
  readonly parameters: readonly [string, Parameter][];
  /** Those that the steps change. */
  readonly trained: readonly [string, Parameter][];
  readonly optimizer: Optimizer;
  readonly movingWeights: MovingWeights | undefined;

  /** @throws ConfigError when `training.train_only` names no part of the model. */
  constructor(
    model: Module,
    private readonly config: UpdateSections,
  ) {
    const { training, optimizer } = config;
    this.parameters = [...model.namedParameters()];
    this.trained = trainedParameters(this.parameters, training.train_only);
    this.optimizer = new Optimizer(this.trained, {
      beta1: optimizer.params.beta1,
      beta2: optimizer.params.beta2,
      weightDecay: optimizer.params.weight_decay,
      maxGradNorm: training.max_grad_norm,
    });
    this.movingWeights = training.use_ema
      ? new MovingWeights(this.trained, { decay: training.ema_decay })
      : undefined;
  }

  /** Takes the weights of a model of the same config, which is not consumed; what it lacks stays as it was drawn. */
  startFrom(initial: Module): void {
    const values = new Map(initial.namedParameters());
    for (const [name, parameter] of this.parameters) {
      const value = values.get(name)?.value;
      if (value === undefined) {
        continue;
      }
      parameter.replace(mul(value, 1));
      this.movingWeights?.restore(name, mul(parameter.value, 1));
    }
  }

  /**
   * One optimizer step.
   *
   * @param stepsDone optimizer steps before this one.
   * @param gradients one per trained parameter, summed over the parts of the step; not consumed.
   * @param terms of the loss, which are checked.
   * @param findCulprit looks for a cause in the data, once something is not finite.
   * @throws NonFiniteError when a term or a gradient is NaN or infinite; nothing is changed then.
   */
  async update(
    stepsDone: number,
    gradients: readonly Tensor[],
    terms: Readonly<Record<string, number>>,
    findCulprit?: () => Promise<Culprit | undefined>,
  ): Promise<UpdateReport> {
    const { training } = this.config;
    const summedNorm = await globalNorm(gradients);
    const step = stepsDone + 1;
    const term = Object.entries(terms).find(([, value]) => !Number.isFinite(value))?.[0];
    if (term !== undefined || !Number.isFinite(summedNorm)) {
      throw await this.nonFinite(step, gradients, term, findCulprit);
    }
    const learningRate = learningRateOf(this.config, { stepsDone, maxSteps: training.max_train_steps });
    const gradientScale = 1 / training.gradient_accumulation_steps;
    this.optimizer.step(gradients, step, { learningRate, gradientNorm: summedNorm, gradientScale });
    this.movingWeights?.update(step);
    return { learningRate, gradientNorm: summedNorm * gradientScale };
  }

  dispose(): void {
    this.optimizer.dispose();
    this.movingWeights?.dispose();
  }

  /** The cause comes before what was computed from it. */
  private async nonFinite(
    step: number,
    gradients: readonly Tensor[],
    term: string | undefined,
    findCulprit: (() => Promise<Culprit | undefined>) | undefined,
  ): Promise<NonFiniteError> {
    const weight = await firstNonFinite(this.parameters.map(([name, { value }]) => [name, value]));
    const culprit = weight === undefined ? await findCulprit?.() : undefined;
    if (culprit !== undefined) {
      return new NonFiniteError(culprit.name, step, culprit.advice);
    }
    const named = gradients.map(
      (gradient, i) => [`the gradient of ${this.trained[i]![0]}`, gradient] as const,
    );
    // The norm of finite gradients overflows only where they are beyond all use.
    return new NonFiniteError(weight ?? term ?? (await firstNonFinite(named)) ?? 'the gradient norm', step);
  }
}
