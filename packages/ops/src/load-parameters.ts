import type { WeightReader } from '@restok/core';
import { CheckpointError } from '@restok/core';
import type { Module } from './module';
import { requireBackend } from './require-backend';

export interface LoadParametersOptions {
  /** Names in the file that the model does not need. */
  readonly ignore?: (name: string) => boolean;
  /** Called after each tensor with the number loaded and their total. */
  readonly onProgress?: (loaded: number, total: number) => void;
}

/** Prefix that PyTorch's compiler leaves on names. */
const COMPILED_PREFIX = '_orig_mod.';
/** How many mismatches an error spells out. */
const LISTED_PROBLEMS = 20;

/**
 * Fills every parameter of a module from a weight file, one tensor at a time.
 *
 * @throws CheckpointError listing all missing, extra and misshapen tensors, before anything is loaded; or
 *   naming the first tensor that holds NaN or infinity. BackendUnavailableError when TensorFlow.js has none yet.
 */
export async function loadParameters(
  module: Module,
  weights: WeightReader,
  options: LoadParametersOptions = {},
): Promise<void> {
  requireBackend('loadParameters');
  const storedNames = new Map<string, string>();
  for (const stored of weights.entries.keys()) {
    storedNames.set(stored.replaceAll(COMPILED_PREFIX, ''), stored);
  }
  const parameters = [...module.namedParameters()];
  checkNamesAndShapes(parameters, storedNames, weights, options.ignore);

  let loaded = 0;
  for (const [name, parameter] of parameters) {
    const values = await weights.read(storedNames.get(name)!);
    checkFinite(name, values);
    parameter.load(values);
    loaded += 1;
    options.onProgress?.(loaded, parameters.length);
  }
}

type NamedParameters = [string, { readonly publishedShape: readonly number[] }][];

function checkNamesAndShapes(
  parameters: NamedParameters,
  storedNames: ReadonlyMap<string, string>,
  weights: WeightReader,
  ignore: ((name: string) => boolean) | undefined,
): void {
  const problems: string[] = [];
  for (const [name, parameter] of parameters) {
    const stored = storedNames.get(name);
    const shape = stored === undefined ? undefined : weights.entries.get(stored)!.shape;
    if (shape === undefined) {
      problems.push(`missing ${name}`);
    } else if (shape.join() !== parameter.publishedShape.join()) {
      problems.push(`${name} is [${shape.join(', ')}], expected [${parameter.publishedShape.join(', ')}]`);
    }
  }
  const known = new Set(parameters.map(([name]) => name));
  for (const name of storedNames.keys()) {
    if (!known.has(name) && ignore?.(name) !== true) {
      problems.push(`unexpected ${name}`);
    }
  }
  if (problems.length > 0) {
    const more = problems.length > LISTED_PROBLEMS ? `; and ${problems.length - LISTED_PROBLEMS} more` : '';
    throw new CheckpointError(
      `loadParameters: the weights do not fit the config: ${problems.slice(0, LISTED_PROBLEMS).join('; ')}${more}. Use the config.json that belongs to them.`,
      { problems },
    );
  }
}

function checkFinite(name: string, values: Float32Array): void {
  // NaN and infinity make x - x differ from 0.
  for (let i = 0; i < values.length; i++) {
    if (values[i]! - values[i]! !== 0) {
      throw new CheckpointError(
        `loadParameters: ${name} holds ${values[i]} at position ${i}. The file is damaged or its training diverged; use an earlier checkpoint.`,
        { name, position: i },
      );
    }
  }
}
