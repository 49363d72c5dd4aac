import { ConfigError } from '@restok/core';
import type { Parameter } from '@restok/ops';

type NamedParameters = readonly [string, Parameter][];

/**
 * The parameters that a run trains; the others stay as they are, without gradient, decay or moving average.
 *
 * @param parameters of the whole model, by published name.
 * @param trainOnly names of parts or of single parameters, such as `decoder` or `layers.0.attention`; undefined means
 *   everything.
 * @throws ConfigError when a name is of no part.
 */
export function trainedParameters(
  parameters: NamedParameters,
  trainOnly: readonly string[] | undefined,
): NamedParameters {
  if (trainOnly === undefined) {
    return parameters;
  }
  const unknown = trainOnly.filter((part) => !parameters.some(([name]) => isPartOf(name, part)));
  if (unknown.length > 0) {
    const parts = [...new Set(parameters.map(([name]) => name.split('.')[0]))];
    throw new ConfigError(
      `training.train_only must name parts of the model, got ${unknown.join(', ')}. Its parts: ${parts.join(', ')}.`,
      unknown.map((part) => `training.train_only: ${part} is no part of the model`),
    );
  }
  return parameters.filter(([name]) => isTrained(name, trainOnly));
}

/** Whether a run trains a parameter of this published name, or every parameter below it. */
export function isTrained(name: string, trainOnly: readonly string[] | undefined): boolean {
  return trainOnly === undefined || trainOnly.some((part) => isPartOf(name, part));
}

function isPartOf(name: string, part: string): boolean {
  return name === part || name.startsWith(`${part}.`);
}
