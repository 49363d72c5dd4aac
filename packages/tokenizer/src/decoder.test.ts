import type { Tensor, Tensor3D } from '@tensorflow/tfjs-core';
import { slice, tensor3d, tidy } from '@tensorflow/tfjs-core';
import { parseTokenizerConfig, ShapeError } from '@restok/core';
import {
  expectClose,
  FORWARD_TOLERANCE,
  seededTensor,
  tensorsLeftBy,
  testBackends,
  useTestBackend,
} from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { tinyTokenizerConfig } from '../test/tiny-tokenizer';
import { tokenizerArchitecture } from './architecture';
import { Decoder } from './decoder';

/** A decoder of eight latents of four values onto a grid of 4 x 4, width 24. */
function build(changes: Readonly<Record<string, unknown>> = {}, featureStream = true): Decoder {
  const config = parseTokenizerConfig(tinyTokenizerConfig(changes));
  const decoder = new Decoder(tokenizerArchitecture(config), { featureStream });
  decoder.initialize(7, 'variancePreserving');
  return decoder;
}

/** Runs a decoder on the same codes and frees it. */
function run<Result>(decoder: Decoder, read: (decoder: Decoder, codes: Tensor3D) => Result): Result {
  const codes = seededTensor(1, 2, 8, 4) as Tensor3D;
  let result: Result | undefined;
  tidy(() => {
    result = read(decoder, codes);
  });
  codes.dispose();
  decoder.dispose();
  return result!;
}

const differs = (a: ArrayLike<number>, b: ArrayLike<number>): boolean =>
  Array.from(a).some((value, i) => Math.abs(value - b[i]!) > 1e-3);

const names = (decoder: Decoder): string[] => [...decoder.namedParameters()].map(([name]) => name);

describe.each(testBackends)('Decoder on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  describe('mask', () => {
    /** Codes 1, 2, 3, ... and a mask token of 91, 92, 93, 94. */
    const masked = (numKept: number | readonly number[], numCodes = 8): number[][] => {
      const decoder = build();
      const token = [...decoder.namedParameters()].find(([name]) => name === 'latent_mask_token')![1];
      token.load(Float32Array.of(91, 92, 93, 94));
      return run(decoder, () => {
        const values = Array.from({ length: 2 * numCodes * 4 }, (_, i) => i + 1);
        const out = decoder.mask(tensor3d(values, [2, numCodes, 4]), numKept);
        expect(out.shape).toEqual([2, 8, 4]);
        return out.arraySync().map((rows) => rows.map(([first]) => first!));
      });
    };

    it('keeps the first codes of each sample and replaces the rest', () => {
      expect(masked([1, 3])).toEqual([[1, ...repeat(7)], [33, 37, 41, ...repeat(5)]]); // prettier-ignore
    });

    it('keeps as many of every sample for one number, and none for 0', () => {
      expect(masked(2)).toEqual([[1, 5, ...repeat(6)], [33, 37, ...repeat(6)]]); // prettier-ignore
      expect(masked(0)).toEqual([repeat(8), repeat(8)]);
    });

    it('replaces codes that are not there', () => {
      expect(masked([2, 1], 2)).toEqual([[1, 5, ...repeat(6)], [9, ...repeat(7)]]); // prettier-ignore
    });

    it.each([[9], [-1], [1.5], [[1]], [[1, 2, 3]], [[1, 9]]])('throws ShapeError for %j', (numKept) => {
      expect(() => masked(numKept)).toThrow(ShapeError);
      expect(() => masked(numKept)).toThrow('whole number from 0 to 8, or 2 of them');
    });

    it.each([
      [NaN, 'got NaN.'],
      [-Infinity, 'got -Infinity.'],
      [[2, NaN], 'got [2, NaN].'],
      [[1, 9], 'got [1, 9].'],
    ] as const)('says that it got %j as it is', (numKept, got) => {
      expect(() => masked(numKept)).toThrow(got);
    });
  });

  it('starts both streams from the level maps where no query is learned', () => {
    const decoder = build({ learnable_dec_image_tokens: false, learnable_dec_feat_tokens: false });
    expect(names(decoder).filter((name) => name.endsWith('mask_token'))).toEqual(['latent_mask_token']);
    run(decoder, (_, codes) => {
      let last: number[] = [];
      const stage = (name: string, value: Tensor): void => {
        last = name === 'decoder.blocks.1.out' ? [...value.dataSync()] : last;
      };
      const { featureStream } = decoder.forward(codes, { featureStream: true }, { stage });
      // [2B, L + P, D]: the second half of the batch equals the first, and ends in the stream.
      expect(last).toHaveLength(4 * 24 * 24);
      expectClose(last.slice(2 * 24 * 24), last.slice(0, 2 * 24 * 24), FORWARD_TOLERANCE);
      expect(featureStream!.shape).toEqual([2, 16, 24]);
      expectClose(slice(featureStream!, [1, 15, 0], [1, 1, 24]), last.slice(-24), FORWARD_TOLERANCE);
    });
  });

  it('runs a second stream of level maps beside a learned query, or of its own learned query', () => {
    const stream = (changes: Readonly<Record<string, unknown>>): number[] =>
      run(build(changes), (decoder, codes) => [
        ...decoder.forward(codes, { featureStream: true }).featureStream!.dataSync(),
      ]);
    const maps = stream({ learnable_dec_feat_tokens: false });
    const mapsAlone = stream({ learnable_dec_feat_tokens: false, learnable_dec_image_tokens: false });
    expectClose(maps, mapsAlone, FORWARD_TOLERANCE);
    expect(differs(stream({}), maps)).toBe(true);
  });

  it('weighs queries and latents in every row, the first and the last layer being seen', () => {
    const seen = new Map<string, { shape: number[]; values: Float32Array }>();
    run(build(), (decoder, codes) => {
      const stage = (name: string, value: Tensor): void => {
        seen.set(name, { shape: value.shape, values: Float32Array.from(value.dataSync()) });
      };
      decoder.forward(codes, {}, { stage, attention: true });
    });
    expect([...seen.keys()].filter((name) => name.includes('attn'))).toEqual([
      'decoder.attn.0',
      'decoder.attn.1',
    ]);
    const { shape, values } = seen.get('decoder.attn.1')!;
    expect(shape).toEqual([2, 24, 24]);
    for (let row = 0; row < 48; row++) {
      const weights = values.subarray(24 * row, 24 * (row + 1));
      expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 4);
      expect(Math.min(...weights)).toBeGreaterThan(0);
    }
  });

  it('throws ShapeError for codes that end inside a level where level maps are the queries', () => {
    run(build({ learnable_dec_image_tokens: false }), (decoder, codes) => {
      const three = slice(codes, [0, 0, 0], [2, 3, 4]);
      expect(() => decoder.forward(three)).toThrow(ShapeError);
      expect(() => decoder.forward(three)).toThrow('3 codes end inside a level');
      expect(decoder.forward(slice(codes, [0, 0, 0], [2, 4, 4])).features.shape).toEqual([2, 16, 8]);
    });
  });

  it('leaves no tensors behind, the tables of its sequences included', async () => {
    const left = await tensorsLeftBy(() => {
      run(build(), (decoder, codes) => decoder.forward(codes, { featureStream: true }));
    });
    expect(left).toBe(0);
  });
});

describe('Decoder', () => {
  it('has a query of the second stream only where it is asked for and learned', () => {
    const has = (decoder: Decoder): boolean => names(decoder).includes('feat_mask_token');
    const decoders = [build(), build({}, false), build({ learnable_dec_feat_tokens: false })];
    expect(decoders.map(has)).toEqual([true, false, false]);
    decoders.forEach((decoder) => decoder.dispose());
  });
});

/** The first value of so many mask tokens. */
function repeat(count: number): number[] {
  return new Array<number>(count).fill(91);
}
