import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { tensor } from '@tensorflow/tfjs-core';
import type { WeightReader } from '@restok/core';
import type { TensorToWrite } from '@restok/hub';
import { loadParameters } from '@restok/ops';
import type { Parameter } from '@restok/ops';
import type { CheckpointCompanion } from './checkpointed';
import type { Discriminator } from './discriminators/discriminator';
import type { Draws } from './draws';
import { learningRateOf } from './learning-rate';
import type { LogitAverages } from './losses/adversarial-losses';
import type { DiscriminatorStep } from './losses/discriminator-objective';
import { discriminatorStep } from './losses/discriminator-objective';
import { NonFiniteError } from './non-finite';
import { globalNorm, Optimizer } from './optimizer';
import type { TokenizerTrainingConfig } from './tokenizer-training-config';

/** Prefix of the discriminator's weights in the published loss module. */
const PREFIX = 'discriminator.';
/** Names of the averages in it. */
const AVERAGE_NAMES = { real: 'ema_real_logits_mean', fake: 'ema_fake_logits_mean' } as const;

/**
 * The discriminator's side of training: its optimizer and schedule, which start when it does, the averages of its
 * logits, and their place in a checkpoint. Within a step its passes change its state in order: the vectors of
 * spectral norm before each pass, the averages after each discriminator pass.
 *
 * @source method.md, section 8 and appendix A.
 */
export class Adversary implements CheckpointCompanion {
  readonly file = 'discriminator.safetensors';
  readonly parameters: readonly [string, Parameter][];
  private readonly optimizer: Optimizer;
  private averages: LogitAverages = { real: 0, fake: 0 };

  /** @param discriminator owned by the caller. */
  constructor(
    readonly discriminator: Discriminator,
    private readonly config: TokenizerTrainingConfig,
  ) {
    const { optimizer, training } = config;
    this.parameters = discriminator.trainedParameters();
    this.optimizer = new Optimizer(this.parameters, {
      beta1: optimizer.params.beta1,
      beta2: optimizer.params.beta2,
      weightDecay: optimizer.params.weight_decay,
      maxGradNorm: training.max_grad_norm,
    });
  }

  /** Whether the step after so many takes part; before that the adversarial terms are 0. */
  isActive(stepsDone: number): boolean {
    return stepsDone >= this.config.losses.discriminator_start;
  }

  /** Loss and gradients of one part of a step, see {@link discriminatorStep}; the averages follow it. */
  async look(pixels: Tensor4D, reconstruction: Tensor4D, draws: Draws): Promise<DiscriminatorStep> {
    const { losses } = this.config;
    const step = await discriminatorStep(this.discriminator, pixels, reconstruction, {
      hingeLossWeight: losses.discriminator_factor,
      leCamWeight: losses.lecam_regularization_weight,
      averages: this.averages,
      draws,
    });
    this.averages = step.averages;
    return step;
  }

  /**
   * The global norm of gradients.
   *
   * @throws NonFiniteError when it is NaN or infinite.
   */
  async checkedNorm(stepsDone: number, gradients: readonly Tensor[]): Promise<number> {
    const norm = await globalNorm(gradients);
    if (!Number.isFinite(norm)) {
      throw new NonFiniteError('the gradient of the discriminator', stepsDone + 1);
    }
    return norm;
  }

  /**
   * One optimizer step.
   *
   * @param gradients summed over the parts of the step; not consumed.
   * @param summedNorm from {@link checkedNorm}.
   * @returns the norm before clipping.
   * @asIs The schedule ends when so many steps are left as the discriminator trains; its rate is that of the
   *   optimizer section, which the schedule of the tokenizer scales.
   */
  update(stepsDone: number, gradients: readonly Tensor[], summedNorm: number): number {
    const { losses, training, optimizer } = this.config;
    const ownSteps = stepsDone - losses.discriminator_start;
    const gradientScale = 1 / training.gradient_accumulation_steps;
    this.optimizer.step(gradients, ownSteps + 1, {
      learningRate: learningRateOf(this.config, {
        stepsDone: ownSteps,
        maxSteps: training.max_train_steps - losses.discriminator_start,
        ownRate: optimizer.params.discriminator_learning_rate,
      }),
      gradientNorm: summedNorm,
      gradientScale,
    });
    return summedNorm * gradientScale;
  }

  tensors(): TensorToWrite[] {
    const weights = [...this.discriminator.namedParameters()].map(([name, parameter]) => ({
      name: PREFIX + name,
      shape: parameter.publishedShape,
      values: () => parameter.published(),
    }));
    const moments = this.parameters.flatMap(([name, parameter]) => {
      const stored = this.optimizer.momentsOf(name);
      return (['mean', 'variance'] as const).map((kind) => ({
        name: `${kind}.${name}`,
        shape: parameter.shape,
        values: () => stored[kind].data() as Promise<Float32Array>,
      }));
    });
    const averages = (['real', 'fake'] as const).map((side) => ({
      name: AVERAGE_NAMES[side],
      shape: [1],
      values: () => Promise.resolve(Float32Array.of(this.averages[side])),
    }));
    return [...weights, ...moments, ...averages];
  }

  async restore(weights: WeightReader): Promise<void> {
    await loadParameters(this.discriminator, belowPrefix(weights));
    for (const [name, { shape }] of this.parameters) {
      const read = async (kind: string): Promise<Tensor> =>
        tensor(await weights.read(`${kind}.${name}`), [...shape]);
      this.optimizer.restore(name, { mean: await read('mean'), variance: await read('variance') });
    }
    const average = async (side: 'real' | 'fake'): Promise<number> =>
      (await weights.read(AVERAGE_NAMES[side]))[0]!;
    this.averages = { real: await average('real'), fake: await average('fake') };
  }

  /** Frees the optimizer; the discriminator is its owner's. */
  dispose(): void {
    this.optimizer.dispose();
  }
}

/** The weights whose names begin with the prefix, without it. */
function belowPrefix(weights: WeightReader): WeightReader {
  const entries = [...weights.entries].filter(([name]) => name.startsWith(PREFIX));
  return {
    entries: new Map(entries.map(([name, entry]) => [name.slice(PREFIX.length), entry])),
    read: (name) => weights.read(PREFIX + name),
    close: () => weights.close(),
  };
}
