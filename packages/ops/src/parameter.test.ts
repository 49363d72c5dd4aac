import type { Tensor2D } from '@tensorflow/tfjs-core';
import { memory, tensor2d, tidy, zeros as zeroTensor } from '@tensorflow/tfjs-core';
import { CheckpointError, ShapeError } from '@restok/core';
import { tensorsLeftBy, testBackends, useTestBackend } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { weight, zeros } from './initializers';
import { Parameter } from './parameter';

describe.each(testBackends)('Parameter on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('holds no memory and has no value until it is loaded', () => {
    const before = memory().numTensors;
    const parameter = new Parameter([2, 3], weight);
    expect(memory().numTensors).toBe(before);
    expect(() => parameter.value).toThrow(CheckpointError);
    expect(() => parameter.value).toThrow('before the model was initialised or loaded');
    parameter.load(new Float32Array(6));
    parameter.dispose();
    expect(() => parameter.value).toThrow('or after it was disposed. Pass a seed or load weights first');
  });

  it('has the shape and size of its layout', () => {
    const parameter = new Parameter([8, 4, 3, 3], weight, 'convolution');
    expect(parameter.publishedShape).toEqual([8, 4, 3, 3]);
    expect(parameter.shape).toEqual([3, 3, 4, 8]);
    expect(parameter.size).toBe(288);
  });

  it('loads values in published order and gives them back', async () => {
    const parameter = new Parameter([2, 3, 1, 1], weight, 'convolution');
    const values = Float32Array.of(0, 1, 2, 10, 11, 12);
    parameter.load(values);
    expect(parameter.value.shape).toEqual([1, 1, 3, 2]);
    expect([...parameter.value.dataSync()]).toEqual([0, 10, 1, 11, 2, 12]);
    expect(await parameter.published()).toEqual(values);
    parameter.dispose();
  });

  it('copies the values it loads', () => {
    const parameter = new Parameter([2], zeros);
    const values = Float32Array.of(1, 2);
    parameter.load(values);
    values[0] = 9;
    expect([...parameter.value.dataSync()]).toEqual([1, 2]);
    parameter.dispose();
  });

  it('survives the tidy it is loaded in', () => {
    const parameter = new Parameter([2, 1], zeros);
    tidy(() => parameter.load(Float32Array.of(1, 2)));
    expect(parameter.as<Tensor2D>().arraySync()).toEqual([[1], [2]]);
    parameter.dispose();
  });

  it('owns its value: a new one frees the old one, the same one stays', () => {
    const parameter = new Parameter([1, 2], zeros);
    const [first, second] = [tensor2d([[1, 2]]), tensor2d([[3, 4]])];
    parameter.replace(first);
    parameter.replace(second);
    expect([first.isDisposed, second.isDisposed]).toEqual([true, false]);
    parameter.replace(second);
    expect([...parameter.value.dataSync()]).toEqual([3, 4]);
    parameter.dispose();
    expect(second.isDisposed).toBe(true);
  });

  it('leaves the old value to whoever consumed it', () => {
    const parameter = new Parameter([1, 2], zeros);
    const [first, second] = [tensor2d([[1, 2]]), tensor2d([[3, 4]])];
    parameter.replace(first);
    parameter.replaceConsumed(second);
    expect(first.isDisposed).toBe(false);
    first.dispose();
    parameter.dispose();
  });

  it('throws ShapeError for a value of another shape and keeps its own', () => {
    const parameter = new Parameter([1, 2], zeros);
    parameter.load(Float32Array.of(1, 2));
    const wide = zeroTensor([2, 1]);
    expect(() => parameter.replace(wide)).toThrow(ShapeError);
    expect(() => parameter.replace(wide)).toThrow('value must be [1, 2], got [2, 1]');
    expect([...parameter.value.dataSync()]).toEqual([1, 2]);
    wide.dispose();
    parameter.dispose();
  });

  it.each(['plain', 'convolution'] as const)(
    'throws ShapeError for too few or too many %s values',
    (layout) => {
      const parameter = new Parameter([2, 1, 1, 1], weight, layout);
      expect(() => parameter.load(new Float32Array(1))).toThrow(ShapeError);
      expect(() => parameter.load(new Float32Array(3))).toThrow('values must be 2 for [2, 1, 1, 1], got 3');
    },
  );

  it('can be loaded again after it was disposed, and leaves no tensors behind', async () => {
    const left = await tensorsLeftBy(() => {
      const parameter = new Parameter([2], zeros);
      parameter.load(Float32Array.of(1, 2));
      parameter.dispose();
      expect(() => parameter.value).toThrow(CheckpointError);
      parameter.load(Float32Array.of(3, 4));
      parameter.load(Float32Array.of(5, 6));
      parameter.dispose();
      parameter.dispose();
    });
    expect(left).toBe(0);
  });
});
