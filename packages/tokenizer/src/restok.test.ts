import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { memory, randomUniform, slice, tensor2d, tensor3d, tidy } from '@tensorflow/tfjs-core';
import { ConfigError, ShapeError } from '@restok/core';
import {
  expectClose,
  FORWARD_TOLERANCE,
  relativeDistance,
  testBackends,
  useTestBackend,
} from '@restok/testing';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { tinyTokenizer, tinyTokenizerConfig } from '../test/tiny-tokenizer';
import { ResTok } from './restok';

const SIDE = 16;
let made: ResTok[] = [];

/** A tiny model that is disposed of after its test. */
function build(changes: Readonly<Record<string, unknown>> = {}, featureStream = false): ResTok {
  const tokenizer = tinyTokenizer(changes, { featureStream });
  made.push(tokenizer);
  return tokenizer;
}

const pictures = (count: number): Tensor4D =>
  randomUniform([count, SIDE, SIDE, 3], 0, 1, 'float32', 5) as Tensor4D;
const valuesOf = (run: () => Tensor): number[] => tidy(() => [...run().dataSync()]);

afterEach(() => {
  made.forEach((tokenizer) => tokenizer.dispose());
  made = [];
});

describe.each(testBackends)('ResTok on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('knows its levels', () => {
    const tokenizer = build();
    expect(tokenizer.numLatents).toBe(8);
    expect(tokenizer.levelSizes).toEqual([1, 1, 2, 4]);
  });

  it('decodes indices as it decodes their codes', () => {
    const tokenizer = build();
    tidy(() => {
      const { indices, codes } = tokenizer.encode(pictures(2));
      expect(indices.shape).toEqual([2, 8]);
      expect(indices.dtype).toBe('int32');
      expect(codes.shape).toEqual([2, 8, 4]);
      expectClose(tokenizer.decodeIndices(indices), tokenizer.decode(codes), FORWARD_TOLERANCE);
    });
  });

  it('keeps as many latents as each sample says, the rest being the mask token', () => {
    const tokenizer = build();
    tidy(() => {
      const { codes } = tokenizer.encode(pictures(2));
      const each = tokenizer.decode(codes, { numKept: [2, 8] });
      const two = tokenizer.decode(codes, { numKept: 2 });
      const all = tokenizer.decode(codes);
      const first = (x: Tensor): Tensor => slice(x, [0, 0, 0, 0], [1, SIDE, SIDE, 3]);
      const second = (x: Tensor): Tensor => slice(x, [1, 0, 0, 0], [1, SIDE, SIDE, 3]);
      expectClose(first(each), first(two), FORWARD_TOLERANCE);
      expectClose(second(each), second(all), FORWARD_TOLERANCE);
    });
  });

  it('gives the same picture for all codes when none is kept', () => {
    const tokenizer = build();
    tidy(() => {
      const none = tokenizer.decode(tokenizer.encode(pictures(2)).codes, { numKept: 0 });
      const halves = [0, 1].map((i) => slice(none, [i, 0, 0, 0], [1, SIDE, SIDE, 3]));
      expectClose(halves[0]!, halves[1]!, FORWARD_TOLERANCE);
    });
  });

  it('decodes fewer codes as a shorter sequence, and masks the rest when told the number', () => {
    const tokenizer = build();
    tidy(() => {
      const { codes } = tokenizer.encode(pictures(1));
      const four = slice(codes, [0, 0, 0], [1, 4, 4]);
      const masked = valuesOf(() => tokenizer.decode(codes, { numKept: 4 }));
      expectClose(tokenizer.decode(four, { numKept: 4 }), masked, FORWARD_TOLERANCE);
      const shorter = valuesOf(() => tokenizer.decode(four));
      expect(shorter.some((value, i) => Math.abs(value - masked[i]!) > 1e-3)).toBe(true);
    });
  });

  it('merges image tokens as the config says', () => {
    const [everySecond, averagePool] = [build(), build({ merge_method: 'averagePool' })];
    const coarsest = (tokenizer: ResTok): number[] =>
      valuesOf(() => tokenizer.encodeLatents(pictures(1)).imageTokens[0]!);
    const [first, second] = [coarsest(everySecond), coarsest(averagePool)];
    expect(second).toHaveLength(first.length);
    expect(second.some((value, i) => Math.abs(value - first[i]!) > 1e-3)).toBe(true);
    expect(() => build({ merge_method: 'median' })).toThrow(/merge_method/);
  });

  it('reports attention weights that sum to 1 and respect the mask', () => {
    const tokenizer = build();
    const seen = new Map<string, { shape: number[]; values: Float32Array }>();
    tidy(() => {
      const stage = (name: string, value: Tensor): void => {
        seen.set(name, { shape: value.shape, values: Float32Array.from(value.dataSync()) });
      };
      tokenizer.encode(pictures(1), { observer: { attention: true, stage } });
    });
    const { shape, values } = seen.get('encoder.attn.0')!;
    expect(shape).toEqual([1, 24, 24]); // 16 image tokens and 8 latents
    for (let row = 0; row < 24; row++) {
      const weights = [...values.subarray(row * 24, (row + 1) * 24)];
      expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 4);
      expect(row < 16 ? weights.slice(16).every((weight) => weight === 0) : true).toBe(true);
    }
  });

  it('runs a second stream of queries beside the first without changing it', () => {
    const tokenizer = build({}, true);
    tidy(() => {
      const pixels = pictures(2);
      const plain = tokenizer.forward(pixels);
      const both = tokenizer.forward(pixels, { featureStream: true });
      expect(plain.featureStream).toBeUndefined();
      expect(both.featureStream!.shape).toEqual([2, 16, 24]);
      expectClose(both.reconstruction, plain.reconstruction, FORWARD_TOLERANCE);
    });
  });

  it('shows nothing of the codes when none is kept', () => {
    const tokenizer = build();
    tidy(() => {
      const { codes } = tokenizer.encode(pictures(2));
      const first = slice(codes, [0, 0, 0], [1, 8, 4]);
      const second = slice(codes, [1, 0, 0], [1, 8, 4]);
      const none = tokenizer.decode(first, { numKept: 0 }).dataSync();
      expectClose(tokenizer.decode(second, { numKept: [0] }), none, FORWARD_TOLERANCE);
      const one = tokenizer.decode(first, { numKept: 1 }).dataSync();
      expect(relativeDistance(one, none)).toBeGreaterThan(0.01);
    });
  });

  it('leaves no tensors behind', () => {
    const before = memory().numTensors;
    const tokenizer = build();
    const pixels = pictures(1);
    const tooWide = tensor3d([1, 2, 3, 4, 5], [1, 1, 5]);
    const run = (): void => {
      const { indices, codes } = tokenizer.encode(pixels);
      const decoded = [tokenizer.decode(codes), tokenizer.decodeIndices(indices, { numKept: 1 })];
      [indices, codes, ...decoded].forEach((tensor) => tensor.dispose());
    };
    const between = memory().numTensors;
    run();
    expect(memory().numTensors).toBe(between);
    run();
    expect(() => tokenizer.decode(tooWide)).toThrow(ShapeError);
    expect(memory().numTensors).toBe(between);
    tokenizer.dispose();
    tooWide.dispose();
    pixels.dispose();
    expect(memory().numTensors).toBe(before);
  });
});

describe('ResTok errors', () => {
  beforeAll(() => useTestBackend('cpu'));

  it('names the sizes of pixels, codes and counts that do not fit', () => {
    const tokenizer = build();
    tidy(() => {
      const wrong = randomUniform([1, 8, 8, 3]) as Tensor4D;
      expect(() => tokenizer.encode(wrong)).toThrow(/pixels must be \[B, 16, 16, 3\], got \[1, 8, 8, 3\]/);
      const codes = tensor3d(new Float32Array(8 * 4), [1, 8, 4]);
      expect(() => tokenizer.decode(codes, { numKept: 9 })).toThrow(ShapeError);
      expect(() => tokenizer.decode(codes, { numKept: [1, 2] })).toThrow(/from 0 to 8, or 1 of them/);
      expect(() => tokenizer.decode(tensor3d(new Float32Array(8 * 3), [1, 8, 3]))).toThrow(ShapeError);
      const indices = tensor2d([0, 0, 0, 16, 0, 0, 0, 0], [1, 8], 'int32');
      expect(() => tokenizer.decodeIndices(indices)).toThrow(/0 \.\.\. 15, got 16 at position 3/);
      const fractions = tensor2d([0, 1.5, 2, 3], [1, 4]);
      expect(() => tokenizer.decodeIndices(fractions)).toThrow(
        /must be int32 \[B, L\], got float32 \[1, 4\]/,
      );
    });
  });

  it('lists everything that is wrong with a config at once', () => {
    const changes = { num_latent_tokens: 12, vit_enc_patch_size: 8, reduction_ratio: 0.25 };
    expect(() => new ResTok(tinyTokenizerConfig(changes))).toThrow(ConfigError);
    expect(() => new ResTok(tinyTokenizerConfig(changes))).toThrow(
      /patch_size.*power of two.*reduction_ratio/s,
    );
  });
});
