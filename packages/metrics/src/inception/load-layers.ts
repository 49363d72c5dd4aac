import type { Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { tensor1d, tensor2d, tensor4d } from '@tensorflow/tfjs-core';
import type { WeightReader } from '@restok/core';
import { CheckpointError } from '@restok/core';
import { NUM_CLASSES, POOLED_CHANNELS } from './architecture';
import type { NamedConv } from './layer-names';
import { namedConvs } from './layer-names';

/** Which of the two weight files in use the names are of. */
export type InceptionNaming = 'torchvision' | 'tensorflow';

/** A convolution with its batch norm folded in. */
export interface ConvLayer {
  /** `[rows, columns, inputs, outputs]`. */
  readonly filter: Tensor4D;
  /** `[outputs]`. */
  readonly bias: Tensor1D;
}

/** All weights, owned by the caller. */
export interface InceptionLayers {
  readonly naming: InceptionNaming;
  /** By name in torchvision. */
  readonly convs: ReadonlyMap<string, ConvLayer>;
  /** `[2048, 1008]`. */
  readonly classifier: Tensor2D;
}

/** What batch norm adds to the variance. */
const EPSILON = 1e-3;

/** Names of one convolution's tensors. */
interface TensorNames {
  readonly filter: string;
  readonly scale: string;
  readonly shift: string;
  readonly mean: string;
  readonly variance: string;
}

/**
 * Reads every layer.
 *
 * @throws CheckpointError when the file is of neither naming, or lacks a tensor or has one of another shape.
 */
export async function loadLayers(
  weights: WeightReader,
  onProgress?: (loaded: number, total: number) => void,
): Promise<InceptionLayers> {
  const naming = namingOf(weights);
  const named = namedConvs();
  const convs = new Map<string, ConvLayer>();
  try {
    for (const [i, conv] of named.entries()) {
      convs.set(conv.torchName, await loadConv(weights, naming, conv));
      onProgress?.(i + 1, named.length);
    }
    return { naming, convs, classifier: await loadClassifier(weights, naming) };
  } catch (error) {
    convs.forEach(disposeConv);
    throw error;
  }
}

/**
 * Names and shapes of all tensors that a weight file must hold.
 *
 * @returns in the order of the network: PyTorch's `[outputs, inputs, rows, columns]` or TensorFlow's
 * `[rows, columns, inputs, outputs]`.
 */
export function inceptionTensors(naming: InceptionNaming): ReadonlyMap<string, readonly number[]> {
  const tensors = new Map<string, readonly number[]>();
  for (const conv of namedConvs()) {
    const { filter, ...norm } = namesOf(naming, conv);
    tensors.set(filter, filterShape(naming, conv));
    Object.values(norm).forEach((name) => tensors.set(name, [conv.step.outputs]));
  }
  const [name, shape] = classifierOf(naming);
  return tensors.set(name, shape);
}

export function disposeConv({ filter, bias }: ConvLayer): void {
  filter.dispose();
  bias.dispose();
}

function namingOf({ entries }: WeightReader): InceptionNaming {
  if (entries.has('Conv2d_1a_3x3.conv.weight')) {
    return 'torchvision';
  }
  if (entries.has('conv/conv2d_params')) {
    return 'tensorflow';
  }
  throw new CheckpointError(
    `InceptionV3: weights must be named as in torchvision (Conv2d_1a_3x3.conv.weight) or the TensorFlow graph of 2015 (conv/conv2d_params), got ${entries.size} others. Pass the Inception network that FID is defined with.`,
    { names: [...entries.keys()].slice(0, 5) },
  );
}

function namesOf(naming: InceptionNaming, { torchName, tensorflowName }: NamedConv): TensorNames {
  if (naming === 'torchvision') {
    const norm = `${torchName}.bn`;
    return {
      filter: `${torchName}.conv.weight`,
      scale: `${norm}.weight`,
      shift: `${norm}.bias`,
      mean: `${norm}.running_mean`,
      variance: `${norm}.running_var`,
    };
  }
  const norm = `${tensorflowName}/batchnorm`;
  return {
    filter: `${tensorflowName}/conv2d_params`,
    scale: `${norm}/gamma`,
    shift: `${norm}/beta`,
    mean: `${norm}/moving_mean`,
    variance: `${norm}/moving_variance`,
  };
}

function filterShape(naming: InceptionNaming, { inputs, step }: NamedConv): readonly number[] {
  const { outputs, kernel } = step;
  return naming === 'torchvision' ? [outputs, inputs, ...kernel] : [...kernel, inputs, outputs];
}

function classifierOf(naming: InceptionNaming): readonly [name: string, shape: readonly number[]] {
  return naming === 'torchvision'
    ? ['fc.weight', [NUM_CLASSES, POOLED_CHANNELS]]
    : ['softmax/weights', [POOLED_CHANNELS, NUM_CLASSES]];
}

async function loadConv(weights: WeightReader, naming: InceptionNaming, conv: NamedConv): Promise<ConvLayer> {
  const { step, inputs } = conv;
  const { outputs, kernel } = step;
  const [rows, columns] = kernel;
  const names = namesOf(naming, conv);
  const values = await read(weights, names.filter, filterShape(naming, conv));
  const [scale, shift, mean, variance] = [
    await read(weights, names.scale, [outputs]),
    await read(weights, names.shift, [outputs]),
    await read(weights, names.mean, [outputs]),
    await read(weights, names.variance, [outputs]),
  ];
  const factors = Float64Array.from(scale, (value, o) => value / Math.sqrt(variance[o]! + EPSILON));
  const bias = Float32Array.from(shift, (value, o) => value - mean[o]! * factors[o]!);
  const filter = naming === 'torchvision' ? outputsLast(values, outputs, inputs, rows * columns) : values;
  for (let at = 0; at < filter.length; at++) {
    filter[at]! *= factors[at % outputs]!;
  }
  return { filter: tensor4d(filter, [rows, columns, inputs, outputs]), bias: tensor1d(bias) };
}

/** `[outputs, inputs, taps]` to `[taps, inputs, outputs]`. */
function outputsLast(values: Float32Array, outputs: number, inputs: number, taps: number): Float32Array {
  const turned = new Float32Array(values.length);
  let from = 0;
  for (let output = 0; output < outputs; output++) {
    for (let input = 0; input < inputs; input++) {
      for (let tap = 0; tap < taps; tap++) {
        turned[(tap * inputs + input) * outputs + output] = values[from++]!;
      }
    }
  }
  return turned;
}

async function loadClassifier(weights: WeightReader, naming: InceptionNaming): Promise<Tensor2D> {
  const values = await read(weights, ...classifierOf(naming));
  const turned = naming === 'torchvision' ? outputsLast(values, NUM_CLASSES, POOLED_CHANNELS, 1) : values;
  return tensor2d(turned, [POOLED_CHANNELS, NUM_CLASSES]);
}

async function read(weights: WeightReader, name: string, shape: readonly number[]): Promise<Float32Array> {
  const actual = weights.entries.get(name)?.shape;
  if (actual === undefined || actual.join() !== shape.join()) {
    throw new CheckpointError(
      `InceptionV3: ${name} must be [${shape.join(', ')}], got ${actual === undefined ? 'nothing' : `[${actual.join(', ')}]`}. Pass the Inception network that FID is defined with.`,
      { name, expected: shape, actual },
    );
  }
  return weights.read(name);
}
