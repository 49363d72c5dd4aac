import type { Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { tensor4d, tidy } from '@tensorflow/tfjs-core';
import { ConfigError } from '@restok/core';
import { ResTok } from '@restok/tokenizer';
import { expectClose, FORWARD_TOLERANCE, tensorsLeftBy, testBackends, useTestBackend } from '@restok/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { rampDataset, tinyTrainingConfig } from '../test/tiny-training';
import { refineCodes } from './refine-codes';

const COUNT = 4;
const STEPS = 5;
const scalar = ['quantizer=fsq', 'fsq_levels=[8,8]', 'codebook_size=64', 'token_size=2'];
const variants = [
  ['vq with directions', ['use_l2_norm=True']],
  ['vq with points', ['use_l2_norm=False']],
  ['fsq', scalar],
] as const;

const made: { dispose(): void }[] = [];
afterEach(() => made.splice(0).forEach((each) => each.dispose()));

function tokenizerWith(overrides: readonly string[]): ResTok {
  const config = tinyTrainingConfig(...overrides.map((each) => `model.vq_model.${each}`)).tokenizer;
  const tokenizer = new ResTok(config, { seed: 1, initialization: 'variancePreserving' });
  made.push(tokenizer);
  return tokenizer;
}

async function pictures(indices = [0, 1, 2, 3]): Promise<Tensor4D> {
  const pixels = tensor4d(await rampDataset(COUNT).read(indices), [indices.length, 8, 8, 3]);
  made.push(pixels);
  return pixels;
}

/** The squared error of each picture, clamped. */
function errorsOf(tokenizer: ResTok, codes: Tensor3D, pixels: Tensor4D): number[] {
  const decoded = tidy(() => tokenizer.decode(codes).dataSync());
  const wanted = pixels.dataSync();
  const length = wanted.length / pixels.shape[0];
  return Array.from({ length: pixels.shape[0] }, (_, picture) => {
    let error = 0;
    for (let i = picture * length; i < (picture + 1) * length; i++) {
      error += (Math.min(1, Math.max(0, decoded[i]!)) - wanted[i]!) ** 2;
    }
    return error;
  });
}

function own<Encoded extends { indices: Tensor2D; codes: Tensor3D }>(encoded: Encoded): Encoded {
  made.push(encoded.indices, encoded.codes);
  return encoded;
}

describe.each(testBackends)('refineCodes on %s', (backend) => {
  it.each(variants)('brings every picture no further away, all together nearer: %s', async (_, overrides) => {
    await useTestBackend(backend);
    const tokenizer = tokenizerWith(overrides);
    const pixels = await pictures();
    const before = errorsOf(tokenizer, own(tokenizer.encode(pixels)).codes, pixels);
    const { indices, codes } = own(await refineCodes(tokenizer, pixels, { steps: STEPS }));
    const after = errorsOf(tokenizer, codes, pixels);
    // The same codes decoded again in other memory may round otherwise.
    after.forEach((error, i) => expect(error).toBeLessThanOrEqual(before[i]! * (1 + 1e-5)));
    expect(sum(after)).toBeLessThan(0.995 * sum(before));
    expect(indices.dtype).toBe('int32');
    const codesOf = tidy(() => tokenizer.quantizer.codesOf(indices).dataSync());
    expect(codes.dataSync()).toEqual(codesOf);
  });
});

describe('refineCodes', () => {
  it('gives the codes of the encoder with no steps', async () => {
    await useTestBackend('restok-node');
    const tokenizer = tokenizerWith([]);
    const pixels = await pictures();
    const { indices, codes } = own(await refineCodes(tokenizer, pixels, { steps: 0 }));
    const encoded = own(tokenizer.encode(pixels));
    expect(indices.dataSync()).toEqual(encoded.indices.dataSync());
    expectClose(codes, encoded.codes, FORWARD_TOLERANCE);
  });

  it('gives a picture the codes that it gets alone', async () => {
    await useTestBackend('cpu');
    const tokenizer = tokenizerWith([]);
    const steps = 3;
    const together = own(await refineCodes(tokenizer, await pictures(), { steps })).indices.dataSync();
    for (let i = 0; i < COUNT; i++) {
      const alone = own(await refineCodes(tokenizer, await pictures([i]), { steps })).indices;
      expect([...alone.dataSync()]).toEqual([...together.subarray(i * 4, (i + 1) * 4)]);
    }
  });

  it('gets no worse with more steps', async () => {
    await useTestBackend('restok-node');
    const tokenizer = tokenizerWith([]);
    const pixels = await pictures();
    const after = async (steps: number): Promise<number> =>
      sum(errorsOf(tokenizer, own(await refineCodes(tokenizer, pixels, { steps })).codes, pixels));
    expect(await after(20)).toBeLessThan(await after(3));
  });

  it('leaves two tensors, and none when it fails', async () => {
    await useTestBackend('restok-node');
    const tokenizer = tokenizerWith([]);
    const pixels = await pictures();
    const refine = async (): Promise<unknown> => own(await refineCodes(tokenizer, pixels, { steps: 2 }));
    expect(await tensorsLeftBy(refine)).toBe(2);
    const decode = tokenizer.decode.bind(tokenizer);
    let calls = 0;
    tokenizer.decode = (codes) => {
      if (++calls === 3) {
        throw new RangeError('no memory');
      }
      return decode(codes);
    };
    const failing = (): Promise<void> =>
      expect(refineCodes(tokenizer, pixels, { steps: 4 })).rejects.toThrow(RangeError);
    expect(await tensorsLeftBy(failing)).toBe(0);
  });

  it('tells and waits for every step, and leaves nothing when that fails', async () => {
    await useTestBackend('restok-node');
    const tokenizer = tokenizerWith([]);
    const pixels = await pictures();
    const told: string[] = [];
    const onStep = async (done: number, steps: number): Promise<void> => {
      told.push(`${done}/${steps}`);
      await Promise.resolve();
      told.push('waited');
    };
    own(await refineCodes(tokenizer, pixels, { steps: 2, onStep }));
    expect(told).toEqual(['1/2', 'waited', '2/2', 'waited']);
    const fail = (): never => {
      throw new RangeError('stopped');
    };
    const stopped = (): Promise<void> =>
      expect(refineCodes(tokenizer, pixels, { onStep: fail })).rejects.toThrow(RangeError);
    expect(await tensorsLeftBy(stopped)).toBe(0);
  });

  it('ends when it is told to stop, with the codes that are best so far', async () => {
    await useTestBackend('restok-node');
    const tokenizer = tokenizerWith([]);
    const pixels = await pictures();
    let steps = 0;
    const stop = new AbortController();
    const onStep = (): void => {
      steps += 1;
      if (steps === 3) {
        stop.abort();
      }
    };
    const before = errorsOf(tokenizer, own(tokenizer.encode(pixels)).codes, pixels);
    const { codes } = own(await refineCodes(tokenizer, pixels, { onStep, signal: stop.signal }));
    expect(steps).toBe(3);
    expect(sum(errorsOf(tokenizer, codes, pixels))).toBeLessThan(sum(before));
  });

  it.each([-1, 1.5, NaN, Infinity])('throws ConfigError for %s steps', async (steps) => {
    await useTestBackend('restok-node');
    const tokenizer = tokenizerWith([]);
    const pixels = await pictures();
    await expect(refineCodes(tokenizer, pixels, { steps })).rejects.toThrow(ConfigError);
  });
});

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
