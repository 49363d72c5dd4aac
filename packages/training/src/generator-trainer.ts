import { ConfigError } from '@restok/core';
import { Generator } from '@restok/generator';
import type { InitializationName } from '@restok/ops';
import { z } from 'zod';
import type {
  GeneratorData,
  GeneratorPart,
  GeneratorPartResult,
  GeneratorTerms,
} from './generator-part-gradients';
import { GeneratorPartGradients, meanGeneratorTerms } from './generator-part-gradients';
import type { GeneratorTrainingConfig } from './generator-training-config';
import { ModelTrainer } from './model-trainer';
import type { UpdateReport } from './model-updater';
import type { PartHelper } from './parts';
import { computeParts, sumGradients } from './parts';

/** What one optimizer step reports. */
export interface GeneratorStepReport extends GeneratorTerms, UpdateReport {
  /** Number of the step, counted from 1. */
  readonly step: number;
}

/** Stored as state.json of a checkpoint. */
const trainerState = z.object({ step: z.number().int().nonnegative() });

export type GeneratorTrainerState = z.infer<typeof trainerState>;

/**
 * Trains a generator step by step. Everything random in a step follows from the seed and its number, so a
 * run that is stopped and resumed gives the same numbers as one that was not.
 *
 * @source method.md, section 9.
 */
export class GeneratorTrainer extends ModelTrainer<Generator, GeneratorTrainerState> {
  private readonly parts: GeneratorPartGradients;

  /** @throws ConfigError when the codes are not those that the generator is for. */
  constructor(
    readonly config: GeneratorTrainingConfig,
    data: GeneratorData,
    private readonly helper?: PartHelper<GeneratorPart, GeneratorPartResult>,
  ) {
    checkData(config, data);
    const { training, generator } = config;
    const model = new Generator(withClassNames(generator, data), {
      seed: training.seed,
      initialization: training.initialization as InitializationName,
    });
    super(model, config);
    this.parts = new GeneratorPartGradients(config, data, this.model);
  }

  get state(): GeneratorTrainerState {
    return { step: this.step };
  }

  set state({ step }: GeneratorTrainerState) {
    this.step = step;
  }

  parseState(stored: unknown): GeneratorTrainerState | undefined {
    return trainerState.safeParse(stored).data;
  }

  /** Starts from a model of the same config instead of drawn weights; it is not consumed. */
  startFrom(initial: Generator): void {
    this.updater.startFrom(initial);
  }

  /**
   * One optimizer step.
   *
   * @throws NonFiniteError when the loss or a gradient is NaN or infinite, naming the weight that it comes from where
   *   there is one; the parameters are untouched then.
   */
  async next(): Promise<GeneratorStepReport> {
    const { gradient_accumulation_steps: numParts } = this.config.training;
    const parts = Array.from({ length: numParts }, (_, part) => ({ step: this.step, part }));
    const compute = (part: GeneratorPart): Promise<GeneratorPartResult> => this.parts.compute(part);
    const results = await computeParts(parts, this, compute, this.helper);
    const terms = meanGeneratorTerms(results.map((result) => result.terms));
    const gradients = sumGradients(results.map((result) => result.gradients));
    try {
      const update = await this.updater.update(this.step, gradients, { loss: terms.loss });
      this.step += 1;
      return { step: this.step, ...terms, ...update };
    } finally {
      gradients.forEach((gradient) => gradient.dispose());
    }
  }
}

/** Names of classes go with the model, where the config has none and the data has one for each. */
function withClassNames(
  config: GeneratorTrainingConfig['generator'],
  { classNames }: GeneratorData,
): GeneratorTrainingConfig['generator'] {
  const fits = config.class_names === undefined && classNames.length === config.num_classes;
  return fits ? { ...config, class_names: [...classNames] } : config;
}

function checkData({ generator }: GeneratorTrainingConfig, data: GeneratorData): void {
  const problems: string[] = [];
  const demand = (key: string, actual: number, expected: number): void => {
    if (actual !== expected) {
      problems.push(`${key} is ${actual}, but the codes have ${expected}`);
    }
  };
  demand('model.generator.vocab_size', generator.vocab_size, data.codebookSize);
  demand('model.generator.block_size', generator.block_size, data.numLatents);
  if (data.classNames.length > generator.num_classes) {
    problems.push(
      `model.generator.num_classes is ${generator.num_classes}, but the codes have ${data.classNames.length} classes`,
    );
  }
  if (problems.length > 0) {
    throw new ConfigError(
      `GeneratorTrainer: ${problems.join('; ')}. Change the config or the codes.`,
      problems,
    );
  }
}
