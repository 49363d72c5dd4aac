import { tensor1d } from '@tensorflow/tfjs-core';
import { CheckpointError } from '@restok/core';
import { testBackends, useTestBackend } from '@restok/testing';
import { describe, expect, it } from 'vitest';
import { firstNonFinite, NonFiniteError } from './non-finite';

describe.each(testBackends)('firstNonFinite on %s', (backend) => {
  it.each([NaN, Infinity, -Infinity])('names the first tensor that holds %s', async (value) => {
    await useTestBackend(backend);
    const fine = tensor1d([1, -1e38]);
    const wrong = tensor1d([0, value]);
    expect(
      await firstNonFinite([
        ['a', fine],
        ['b', wrong],
        ['c', wrong],
      ]),
    ).toBe('b');
    expect(await firstNonFinite([['a', fine]])).toBeUndefined();
    fine.dispose();
    wrong.dispose();
  });
});

describe('NonFiniteError', () => {
  it('says in one line what was seen, where, and what to do', () => {
    const error = new NonFiniteError('decoder.ffn.weight', 7);
    expect(error).toBeInstanceOf(CheckpointError);
    expect(error.message).toBe(
      'train: decoder.ffn.weight is not finite at step 7. Lower the learning rate and resume from the last checkpoint.',
    );
    expect(error).toMatchObject({ tensorName: 'decoder.ffn.weight', trainStep: 7 });
  });
});
