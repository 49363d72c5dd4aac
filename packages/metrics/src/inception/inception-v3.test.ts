import { CheckpointError, ShapeError } from '@restok/core';
import { expectClose, tensorsLeftBy, testBackends, useTestBackend, weightReader } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { InceptionByDefinition } from '../../test/inception-by-definition';
import { asGraph, convNames, randomTorchWeights } from '../../test/random-inception';
import { softmaxRows } from '../inception-score';
import { InceptionV3 } from './inception-v3';
import { namedConvs } from './layer-names';
import { inceptionTensors } from './load-layers';

/** Single precision through some twenty layers, of each tensor's largest value. */
const TOLERANCE = 1e-4;

/** The smallest size at which the last maps have 2 x 2 positions, so that average and maximum differ. */
const SIZE = 107;

const torchWeights = randomTorchWeights();
const graphWeights = asGraph(torchWeights);
/** Two pictures of the network's size, which resizing leaves as they are. */
const bytes = Uint8Array.from({ length: 2 * SIZE * SIZE * 3 }, (_, i) => (i * 7919 + (i % 251) * i) % 256);
const pictures = { pixels: bytes, count: 2, height: SIZE, width: SIZE };

/** The second picture through the loops. */
function byDefinition(normalize: (byte: number) => number): ReturnType<InceptionByDefinition['run']> {
  const area = SIZE * SIZE;
  const planes = Float64Array.from({ length: 3 * area }, (_, at) => {
    const channel = Math.floor(at / area);
    return normalize(bytes[(area + (at % area)) * 3 + channel]!);
  });
  return new InceptionByDefinition(torchWeights).run(planes, SIZE);
}

/** The smallest picture that the network can take. */
const SMALLEST_SIZE = 75;

/** A picture that is enlarged one way and reduced the other. */
const oblong = { pixels: bytes.subarray(0, 40 * 90 * 3), count: 1, height: 40, width: 90 };

/**
 * `tf.image.resize_bilinear` of TensorFlow 1 without aligned corners, then (x - 128) / 128: pixel i of the result lies at i
 * times the ratio of the sides, between its two neighbours, the last of which repeats.
 *
 * @returns `[3, size, size]`.
 */
function resizedAsTensorflow1(
  { pixels, height, width }: { pixels: Uint8Array; height: number; width: number },
  size: number,
): Float64Array {
  const planes = new Float64Array(3 * size * size);
  for (let channel = 0; channel < 3; channel++) {
    const pixel = (y: number, x: number): number =>
      pixels[(Math.min(y, height - 1) * width + Math.min(x, width - 1)) * 3 + channel]!;
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        const [top, left] = [(y * height) / size, (x * width) / size];
        const [row, column] = [Math.floor(top), Math.floor(left)];
        const [below, right] = [top - row, left - column];
        const value =
          (1 - below) * (1 - right) * pixel(row, column) +
          (1 - below) * right * pixel(row, column + 1) +
          below * (1 - right) * pixel(row + 1, column) +
          below * right * pixel(row + 1, column + 1);
        planes[(channel * size + y) * size + x] = (value - 128) / 128;
      }
    }
  }
  return planes;
}

function secondHalf<T extends Float32Array | Float64Array>(values: T): ArrayLike<number> {
  return values.subarray(values.length / 2);
}

describe('namedConvs', () => {
  it('knows the names and shapes of all 94 convolutions in both files', () => {
    const known = namedConvs().map(({ torchName, tensorflowName, inputs, step }) => [
      torchName,
      tensorflowName,
      [step.outputs, inputs, ...step.kernel],
    ]);
    expect(known).toHaveLength(94);
    expect(known.sort()).toEqual([...convNames].sort());
  });
});

describe('inceptionTensors', () => {
  it('names what both files hold but for the biases of the classes, which nothing reads', () => {
    const shapes = (weights: typeof torchWeights): [string, readonly number[]][] =>
      [...weights].flatMap(([name, { shape }]) =>
        name === 'fc.bias' || name === 'softmax/biases' ? [] : [[name, shape]],
      );
    expect([...inceptionTensors('torchvision')].sort()).toEqual(shapes(torchWeights).sort());
    expect([...inceptionTensors('tensorflow')].sort()).toEqual(shapes(graphWeights).sort());
  });
});

describe('InceptionV3', () => {
  let wanted: ReturnType<InceptionByDefinition['run']>;
  beforeAll(() => {
    wanted = byDefinition((byte) => (2 * byte) / 255 - 1);
  }, 300_000);

  it.each(testBackends)(
    'gives the features of the network written out loop by loop, on %s',
    async (backend) => {
      await useTestBackend(backend);
      const network = await InceptionV3.fromWeights(weightReader(torchWeights), { size: SIZE });
      const { pooled, spatial, probabilities } = await network.features(pictures);
      network.dispose();
      expect([network.naming, network.preprocessing]).toEqual(['torchvision', 'pytorch']);
      expect(pooled).toHaveLength(2 * 2048);
      expectClose(secondHalf(pooled), wanted.pooled, TOLERANCE);
      expectClose(secondHalf(spatial), wanted.spatial, TOLERANCE);
      const wantedProbabilities = softmaxRows(wanted.logits, 1008);
      expectClose(secondHalf(probabilities), wantedProbabilities, TOLERANCE);
    },
    300_000,
  );

  it('gives the same from the weights of the TensorFlow graph', async () => {
    await useTestBackend('restok-node');
    const network = await InceptionV3.fromWeights(weightReader(graphWeights), {
      size: SIZE,
      preprocessing: 'pytorch',
    });
    const { pooled, spatial, probabilities } = await network.features(pictures);
    network.dispose();
    expect(network.naming).toBe('tensorflow');
    expectClose(secondHalf(pooled), wanted.pooled, TOLERANCE);
    expectClose(secondHalf(spatial), wanted.spatial, TOLERANCE);
    expectClose(secondHalf(probabilities), softmaxRows(wanted.logits, 1008), TOLERANCE);
  }, 300_000);

  it('gives the features of pictures that TensorFlow 1 resizes, from the weights of its graph', async () => {
    await useTestBackend('restok-node');
    const network = await InceptionV3.fromWeights(weightReader(graphWeights), { size: SMALLEST_SIZE });
    const { pooled, spatial, probabilities } = await network.features(oblong);
    network.dispose();
    expect(network.preprocessing).toBe('tensorflow');
    const values = resizedAsTensorflow1(oblong, SMALLEST_SIZE);
    const resized = new InceptionByDefinition(torchWeights).run(values, SMALLEST_SIZE);
    expectClose(pooled, resized.pooled, TOLERANCE);
    expectClose(spatial, resized.spatial, TOLERANCE);
    expectClose(probabilities, softmaxRows(resized.logits, 1008), TOLERANCE);
  }, 300_000);

  it('prepares pictures as the publishers of its weights do, and leaves no tensors behind', async () => {
    await useTestBackend('restok-node');
    const left = await tensorsLeftBy(async () => {
      const network = await InceptionV3.fromWeights(weightReader(graphWeights), { size: 75 });
      expect(network.preprocessing).toBe('tensorflow');
      await network.features(pictures);
      await expect(network.features({ ...pictures, count: 3 })).rejects.toThrow(ShapeError);
      network.dispose();
    });
    expect(left).toBe(0);
  }, 300_000);

  it('throws CheckpointError for other weights, and for a tensor that is missing or of another shape', async () => {
    await useTestBackend('restok-node');
    const other = new Map([['layer.weight', { shape: [1], values: Float32Array.of(1) }]]);
    await expect(InceptionV3.fromWeights(weightReader(other))).rejects.toThrow(CheckpointError);
    const lacking = new Map(torchWeights);
    lacking.delete('Conv2d_2a_3x3.bn.bias');
    const left = await tensorsLeftBy(async () => {
      await expect(InceptionV3.fromWeights(weightReader(lacking))).rejects.toThrow(
        'Conv2d_2a_3x3.bn.bias must be [32], got nothing',
      );
    });
    expect(left).toBe(0);
    const torchvisions = new Map([
      ...torchWeights,
      ['fc.weight', { shape: [1000, 2048], values: new Float32Array(1000 * 2048) }] as const,
    ]);
    await expect(InceptionV3.fromWeights(weightReader(torchvisions))).rejects.toThrow(
      'fc.weight must be [1008, 2048], got [1000, 2048]',
    );
  }, 300_000);
});
