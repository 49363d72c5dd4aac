import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { grads, mean, randomUniform, square, sub, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { ConfigError, ShapeError } from '@restok/core';
import { FiniteScalarQuantizer, VectorQuantizer } from '@restok/quantizer';
import { expectClose, FORWARD_TOLERANCE, tensorsLeftBy, testBackends, useTestBackend } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { tinyTokenizer } from '../test/tiny-tokenizer';

/** 5 · 3 · 2 codes of three values. */
const scalar = { quantizer: 'fsq', fsq_levels: [5, 3, 2], codebook_size: 30, token_size: 3 };

const pictures = (): Tensor4D => randomUniform([2, 16, 16, 3], 0, 1, 'float32', 5) as Tensor4D;

describe('the config key quantizer', () => {
  it('is vq where it is absent', async () => {
    await useTestBackend('cpu');
    const [absent, named] = [tinyTokenizer(), tinyTokenizer({ quantizer: 'vq' })];
    expect(absent.quantizer).toBeInstanceOf(VectorQuantizer);
    expect(named.quantizer).toBeInstanceOf(VectorQuantizer);
    expect('quantizer' in absent.config.model.vq_model).toBe(false);
    [absent, named].forEach((tokenizer) => tokenizer.dispose());
  });

  it.each([
    [{ quantizer: 'rq' }, 'quantizer: '],
    [{ ...scalar, fsq_levels: undefined }, 'quantizer fsq needs fsq_levels'],
    [{ fsq_levels: [4, 4] }, 'fsq_levels is read with quantizer fsq alone'],
    [{ ...scalar, codebook_size: 31 }, 'codebook_size 30 and token_size 3, got 31 and 3'],
    [{ ...scalar, token_size: 4 }, 'codebook_size 30 and token_size 3, got 30 and 4'],
    [{ ...scalar, fsq_levels: [15, 2, 1] }, 'fsq_levels.2'],
    [{ ...scalar, entropy_loss_ratio: 0.1 }, 'entropy_loss_ratio must be 0'],
    [{ ...scalar, clustering_vq: true }, 'clustering_vq false'],
  ])('%j is a ConfigError that says what is wrong', (changes, problem) => {
    expect(() => tinyTokenizer(changes)).toThrow(ConfigError);
    expect(() => tinyTokenizer(changes)).toThrow(problem);
  });
});

describe.each(testBackends)('a tokenizer with quantizer fsq on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('encodes to its codes and decodes their indices to the same pictures', () => {
    const tokenizer = tinyTokenizer(scalar);
    expect(tokenizer.quantizer).toBeInstanceOf(FiniteScalarQuantizer);
    expect([...tokenizer.namedParameters()].filter(([name]) => name.startsWith('quantize.'))).toEqual([]);
    tidy(() => {
      const { indices, codes } = tokenizer.encode(pictures());
      expect([indices.dtype, indices.shape, codes.shape]).toEqual(['int32', [2, 8], [2, 8, 3]]);
      expectClose(tokenizer.decodeIndices(indices), tokenizer.decode(codes), FORWARD_TOLERANCE);
      const wrong = tensor2d([30, 0, 0, 0, 0, 0, 0, 0], [1, 8], 'int32');
      expect(() => tokenizer.decodeIndices(wrong)).toThrow(ShapeError);
    });
    tokenizer.dispose();
  });

  it('sends the gradient of a reconstruction through the codes to the encoder', () => {
    const tokenizer = tinyTokenizer(scalar);
    tidy(() => {
      const pixels = pictures();
      const weight = new Map(tokenizer.namedParameters()).get('encoder.conv_out.3.weight')!;
      const error = (): Tensor => mean(square(sub(tokenizer.forward(pixels).reconstruction, pixels)));
      const [gradient] = grads(() => error())([weight.value]);
      expect(gradient!.shape).toEqual(weight.shape);
      expect(Math.max(...gradient!.dataSync().map(Math.abs))).toBeGreaterThan(1e-6);
    });
    tokenizer.dispose();
  });

  it('leaves no tensors behind', async () => {
    const run = (): void => {
      const tokenizer = tinyTokenizer(scalar);
      tidy(() => {
        const { indices } = tokenizer.encode(pictures());
        tokenizer.decodeIndices(indices, { numKept: [1, 8] });
      });
      tokenizer.dispose();
    };
    expect(await tensorsLeftBy(run)).toBe(0);
  });
});
