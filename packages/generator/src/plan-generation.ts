import { ConfigError } from '@restok/core';
import type { GeneratorArchitecture } from './architecture';
import type { GenerateOptions } from './generate-options';
import { checkedFirstSample, checkKept, checkLabels } from './generate-options';
import { guidanceScales } from './guidance';
import { checkedSamplingOptions } from './sampling';
import type { Pass } from './sequence-layout';

/** A generation whose arguments have been checked. */
export interface GenerationPlan {
  readonly labels: readonly number[];
  readonly options: GenerateOptions;
  readonly numKept: number;
  /** Passes that predict, with the guidance scale of each. */
  readonly passes: readonly (Pass & { readonly scale: number })[];
  /** Whether a second half of the batch runs without a class. */
  readonly nullLabel: number | undefined;
}

/**
 * Checks everything that can be checked before the first pass.
 *
 * @throws ShapeError or ConfigError in one line.
 */
export function planGeneration(
  architecture: GeneratorArchitecture,
  labels: readonly number[],
  options: GenerateOptions,
): GenerationPlan {
  const { layout } = architecture;
  checkLabels('generate', labels, architecture.numClasses);
  checkedSamplingOptions('generate', options);
  checkedFirstSample(options);
  if (options.keep !== undefined) {
    checkKept(options.keep, labels.length, architecture);
  }
  const numKept = options.keep?.numKept ?? 0;
  const plan = { latentsPerPass: layout.passes.map(({ size }) => size), arTokenNum: layout.arTokenNum };
  const scales = guidanceScales(options, plan);
  const passes = layout.passes
    .map((pass, i) => ({ ...pass, scale: scales[i]! }))
    .filter(({ position }) => position >= numKept);
  const isGuided = passes.some(({ scale }) => scale !== 1);
  if (isGuided && architecture.nullLabel === undefined) {
    throw new ConfigError(
      `generate: guidanceScale must be 1 for a model that was trained without dropping classes (class_dropout_prob 0), got ${options.guidanceScale}. Leave it out.`,
    );
  }
  return {
    labels: [...labels],
    options,
    numKept,
    passes,
    nullLabel: isGuided ? architecture.nullLabel : undefined,
  };
}
