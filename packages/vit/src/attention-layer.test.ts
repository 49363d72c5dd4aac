import type { Tensor3D } from '@tensorflow/tfjs-core';
import { ones as onesTensor, tensor3d, tidy } from '@tensorflow/tfjs-core';
import { ShapeError } from '@restok/core';
import {
  expectClose,
  expectGradients,
  KERNEL_TOLERANCE,
  runWithGradients,
  seededTensor,
  tensorsLeftBy,
  testBackends,
  useTestBackend,
} from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { KNOWN_WEIGHTS, knownAttention, rightAngle } from '../test/known-attention';
import { setParameters } from '../test/set-parameters';
import { AttentionLayer, LinearLayer } from './attention-layer';
import { diagonalPositions, RotaryPositions } from './rotary-positions';

const twoTokens = (): Tensor3D => tensor3d([1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 4]);

describe.each(testBackends)('AttentionLayer on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('mixes values by how far queries and keys have turned', () => {
    const layer = new AttentionLayer(4, 1);
    const positions = rightAngle();
    setParameters(layer, knownAttention);
    tidy(() => {
      const sequence = { rotation: positions.table };
      // 3/4 of the own value and 1/4 of the other.
      expectClose(layer.forward(twoTokens(), sequence), [2, 3, 4, 5, 4, 5, 6, 7], KERNEL_TOLERANCE);
      expectClose(layer.averageWeights(twoTokens(), sequence), KNOWN_WEIGHTS, KERNEL_TOLERANCE);
    });
    layer.dispose();
    positions.dispose();
  });

  it('adds the bias of values before and that of the projection after projecting', () => {
    const layer = new AttentionLayer(4, 1);
    const positions = rightAngle();
    const double = knownAttention['proj.weight'].map((value) => 2 * value);
    setParameters(layer, {
      ...knownAttention,
      v_bias: [10, 0, 0, 0],
      'proj.weight': double,
      'proj.bias': [0, 0, 0, 1],
    });
    tidy(() => {
      const y = layer.forward(twoTokens(), { rotation: positions.table });
      expectClose(y, [24, 6, 8, 11, 28, 10, 12, 15], KERNEL_TOLERANCE);
    });
    layer.dispose();
    positions.dispose();
  });

  it('hides keys behind the ones that a query may see', () => {
    const layer = new AttentionLayer(4, 1);
    const positions = rightAngle();
    setParameters(layer, knownAttention);
    tidy(() => {
      const sequence = { rotation: positions.table, visibleKeys: [1, 2] };
      expectClose(layer.forward(twoTokens(), sequence), [1, 2, 3, 4, 4, 5, 6, 7], KERNEL_TOLERANCE);
      expectClose(layer.averageWeights(twoTokens(), sequence), [1, 0, 0.25, 0.75], KERNEL_TOLERANCE);
    });
    layer.dispose();
    positions.dispose();
  });

  it('averages the weights of its heads', () => {
    // The second head has no queries, so it weighs both keys alike.
    const layer = new AttentionLayer(8, 2);
    const positions = rightAngle();
    setParameters(layer, {
      q_bias: [1, -1, 1, -1, 0, 0, 0, 0],
      'q_norm.weight': knownAttention['q_norm.weight'],
      'k_norm.bias': knownAttention['k_norm.bias'],
    });
    tidy(() => {
      const weights = layer.averageWeights(onesTensor([1, 2, 8]), { rotation: positions.table });
      expect(weights.shape).toEqual([1, 2, 2]);
      expectClose(weights, [0.625, 0.375, 0.375, 0.625], KERNEL_TOLERANCE);
    });
    layer.dispose();
    positions.dispose();
  });

  it('has the gradient of numerical differentiation and leaves no tensors behind', async () => {
    const layer = new AttentionLayer(8, 2);
    layer.initialize(1, 'variancePreserving');
    const positions = new RotaryPositions(diagonalPositions(3, 0), 4, 10000);
    const sequence = { rotation: positions.table, visibleKeys: [1, 3, 3] };
    const x = seededTensor(2, 1, 3, 8);
    expectGradients(([input]) => layer.forward(input as Tensor3D, sequence), [x]);
    const run = (): void => runWithGradients(([input]) => layer.forward(input as Tensor3D, sequence), [x]);
    expect(await tensorsLeftBy(run)).toBe(0);
    const look = (): void => layer.averageWeights(x as Tensor3D, sequence).dispose();
    expect(await tensorsLeftBy(look)).toBe(0);
    x.dispose();
    layer.dispose();
    positions.dispose();
  });

  it('throws ShapeError when the rotation table is of another sequence', () => {
    const layer = new AttentionLayer(4, 1);
    const positions = new RotaryPositions(diagonalPositions(3, 0), 4, 10000);
    setParameters(layer, knownAttention);
    tidy(() => {
      expect(() => layer.forward(twoTokens(), { rotation: positions.table })).toThrow(ShapeError);
    });
    layer.dispose();
    positions.dispose();
  });
});

describe('AttentionLayer', () => {
  it('has the published parameters: biases of queries and values, none of keys', () => {
    const shapes = [...new AttentionLayer(8, 2).namedParameters()].map(([name, { publishedShape }]) => [
      name,
      publishedShape,
    ]);
    expect(Object.fromEntries(shapes)).toEqual({
      q_bias: [8],
      v_bias: [8],
      'qkv.weight': [24, 8],
      'q_norm.weight': [4],
      'q_norm.bias': [4],
      'k_norm.weight': [4],
      'k_norm.bias': [4],
      'proj.weight': [8, 8],
      'proj.bias': [8],
    });
  });
});

describe('LinearLayer', () => {
  it('multiplies by the transposed weight and adds the bias', () => {
    const layer = new LinearLayer(2, 1);
    setParameters(layer, { weight: [3, -1], bias: [10] });
    tidy(() => {
      expect(layer.forward(tensor3d([[[1, 2], [3, 4]]])).arraySync()).toEqual([[[11], [15]]]); // prettier-ignore
    });
    layer.dispose();
  });
});
