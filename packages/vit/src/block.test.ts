import type { Tensor, Tensor3D } from '@tensorflow/tfjs-core';
import { grads, sum, square, tensor3d, tidy, zeros as zerosTensor } from '@tensorflow/tfjs-core';
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
import { Block, LayerNorm, Mlp } from './block';
import { diagonalPositions, RotaryPositions } from './rotary-positions';

/** LayerNorm divides by the root of the variance plus 1e-5, which for a variance near 1 is 5e-6 less. */
const EPSILON_TOLERANCE = 2e-5;

/** Parameters of a block of width 4 as published: one head, an MLP of 16. */
function blockParameters(more: Record<string, readonly number[]>): Record<string, readonly number[]> {
  const attention = Object.entries(knownAttention).map(([name, values]) => [`attn.${name}`, values]);
  return { ...Object.fromEntries(attention), ...more };
}

const entries = (size: number, first: number): number[] => [first, ...new Array<number>(size - 1).fill(0)];

describe.each(testBackends)('Block on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('adds the scaled attention, then the scaled MLP of the normalised sum', () => {
    const block = new Block(4, 1);
    const positions = rightAngle();
    setParameters(block, {
      'attn.proj.bias': [3, -1, -1, -1],
      gamma_1: [1, 1, 1, 1],
      'norm2.weight': [1, 1, 1, 1],
      'mlp.fc1.weight': entries(64, 20), // hidden 0 is 20 times channel 0
      'mlp.fc2.weight': entries(64, 1), // and goes to channel 0
      gamma_2: [0.5, 1, 1, 1],
    });
    tidy(() => {
      const x = zerosTensor([1, 2, 4]) as Tensor3D;
      const sequence = { rotation: positions.table };
      const attended = block.attend(x, sequence);
      expectClose(attended, [3, -1, -1, -1, 3, -1, -1, -1], KERNEL_TOLERANCE);
      // The mean is 0 and the variance 3, so channel 0 normalises to √3; GELU passes 20 √3.
      const first = 3 + 0.5 * 20 * Math.sqrt(3);
      const expected = [first, -1, -1, -1, first, -1, -1, -1];
      expectClose(block.feedForward(attended), expected, EPSILON_TOLERANCE);
      expectClose(block.forward(x, sequence), expected, EPSILON_TOLERANCE);
    });
    block.dispose();
    positions.dispose();
  });

  it('normalises before attention and scales each channel of it', () => {
    const block = new Block(4, 1);
    const positions = rightAngle();
    setParameters(block, blockParameters({ gamma_1: [1, 10, 1, 0], 'norm1.weight': [1, 1, 1, 1] }));
    tidy(() => {
      // Normalised tokens are (1, -1, 1, -1) and its negative: 3/4 - 1/4 of them remains.
      const x = tensor3d([7, 3, 7, 3, 0, 8, 0, 8], [1, 2, 4]);
      const y = block.attend(x, { rotation: positions.table });
      expectClose(y, [7.5, -2, 7.5, 3, -0.5, 13, -0.5, 8], EPSILON_TOLERANCE);
    });
    block.dispose();
    positions.dispose();
  });

  it('reports attention weights to an observer that asks for them, and to no other', async () => {
    const block = new Block(4, 1);
    const positions = rightAngle();
    setParameters(block, blockParameters({ 'norm1.weight': [1, 1, 1, 1] }));
    const x = tensor3d([7, 3, 7, 3, 0, 8, 0, 8], [1, 2, 4]);
    const seen: { name: string; shape: number[]; values: number[] }[] = [];
    const stage = (name: string, value: Tensor): void => {
      seen.push({ name, shape: value.shape, values: [...value.dataSync()] });
    };
    const sequence = { rotation: positions.table };
    const left = await tensorsLeftBy(() => {
      block.observeAttention(x, sequence, 'encoder.attn.0', undefined);
      block.observeAttention(x, sequence, 'encoder.attn.0', { stage });
      block.observeAttention(x, sequence, 'encoder.attn.0', { stage, attention: false });
      block.observeAttention(x, sequence, 'encoder.attn.0', { stage, attention: true });
    });
    expect(left).toBe(0);
    expect(seen.map(({ name, shape }) => [name, shape])).toEqual([['encoder.attn.0', [1, 2, 2]]]);
    expectClose(seen[0]!.values, KNOWN_WEIGHTS, KERNEL_TOLERANCE);
    x.dispose();
    block.dispose();
    positions.dispose();
  });

  it('reports the weights of each head to an observer that asks for them: their mean is what others see', async () => {
    const block = new Block(8, 2);
    block.initialize(1, 'variancePreserving');
    const positions = new RotaryPositions(diagonalPositions(3, 0), 4, 10000);
    const sequence = { rotation: positions.table, visibleKeys: [1, 3, 3] };
    const x = seededTensor(2, 1, 3, 8) as Tensor3D;
    const seen = new Map<string, number[]>();
    const stage = (name: string, value: Tensor): void => void seen.set(name, [...value.dataSync()]);
    const left = await tensorsLeftBy(() => {
      block.observeHeads(x, sequence, 'none', undefined);
      block.observeHeads(x, sequence, 'none', { stage, attention: true });
      block.observeHeads(x, sequence, 'heads', { stage, attentionHeads: true });
      block.observeAttention(x, sequence, 'mean', { stage, attention: true });
    });
    expect(left).toBe(0);
    expect([...seen.keys()]).toEqual(['heads', 'mean']);
    const heads = seen.get('heads')!; // [1, 2, 3, 3]
    expect(heads).toHaveLength(18);
    const means = Array.from({ length: 9 }, (_, i) => (heads[i]! + heads[9 + i]!) / 2);
    expectClose(means, seen.get('mean')!, KERNEL_TOLERANCE);
    x.dispose();
    block.dispose();
    positions.dispose();
  });

  it('has the gradient of numerical differentiation, one for every parameter, and leaves no tensors', async () => {
    const block = new Block(8, 2);
    block.initialize(1, 'variancePreserving');
    const positions = new RotaryPositions(diagonalPositions(3, 0), 4, 10000);
    const sequence = { rotation: positions.table, visibleKeys: [1, 3, 3] };
    const x = seededTensor(2, 1, 3, 8);
    const forward = ([input]: Tensor[]): Tensor => block.forward(input as Tensor3D, sequence);
    expectGradients(forward, [x]);

    tidy(() => {
      const parameters = [...block.namedParameters()];
      const values = parameters.map(([, parameter]) => parameter.value);
      const gradients = grads(() => sum(square(forward([x]))))(values);
      const without = parameters.filter((_, i) => gradients[i]!.dataSync().every((value) => value === 0));
      expect(without.map(([name]) => name)).toEqual([]);
    });
    expect(await tensorsLeftBy(() => runWithGradients(forward, [x]))).toBe(0);
    x.dispose();
    block.dispose();
    positions.dispose();
  });
});

describe.each(testBackends)('Block that computes again in the backward pass on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('has the same value and gradients bit for bit, in one piece and in halves', async () => {
    const block = new Block(8, 2);
    block.initialize(1, 'variancePreserving');
    const positions = new RotaryPositions(diagonalPositions(3, 0), 4, 10000);
    const sequence = { rotation: positions.table, visibleKeys: [1, 3, 3] };
    const x = seededTensor(2, 1, 3, 8) as Tensor3D;
    const values = [x, ...[...block.namedParameters()].map(([, { value }]) => value)];
    const ways = [
      (input: Tensor): Tensor => block.forward(input as Tensor3D, sequence),
      (input: Tensor): Tensor => block.feedForward(block.attend(input as Tensor3D, sequence)),
    ];
    const numbers = (): number[][][] =>
      ways.map((forward) =>
        tidy(() => {
          const gradients = grads((input: Tensor) => sum(square(forward(input))))(values);
          return [forward(x), ...gradients].map((each) => [...each.dataSync()]);
        }),
      );
    const plain = numbers();
    block.recomputes = true;
    expect(numbers()).toEqual(plain);
    expect(await tensorsLeftBy(numbers)).toBe(0);
    x.dispose();
    block.dispose();
    positions.dispose();
  });
});

describe.each(testBackends)('Mlp on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('widens fourfold, passes through GELU and narrows again', () => {
    const mlp = new Mlp(1);
    setParameters(mlp, {
      'fc1.weight': [10, -10, 0, 0],
      'fc1.bias': [0, 0, 30, 0],
      'fc2.weight': [1, 100, 2, 100],
      'fc2.bias': [5],
    });
    // GELU passes 20 and 30 and stops -20 and 0: 20 + 2 · 30 + 5.
    tidy(() => expectClose(mlp.forward(tensor3d([2], [1, 1, 1])), [85], KERNEL_TOLERANCE));
    mlp.dispose();
  });
});

describe.each(testBackends)('LayerNorm on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('gives each token mean 0 and variance 1, then gain and shift', () => {
    const norm = new LayerNorm(2);
    setParameters(norm, { weight: [2, 3], bias: [0, 10] });
    tidy(() => {
      const x = tensor3d([3, 5, 8, 4], [1, 2, 2]);
      expectClose(norm.forward(x), [-2, 13, 2, 7], EPSILON_TOLERANCE);
    });
    norm.dispose();
  });
});
