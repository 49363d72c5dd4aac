import type { Tensor3D } from '@tensorflow/tfjs-core';
import { tidy } from '@tensorflow/tfjs-core';
import { parseTokenizerConfig } from '@restok/core';
import { expectClose, KERNEL_TOLERANCE, seededTensor, testBackends, useTestBackend } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { FiniteScalarQuantizer, quantizers, VectorQuantizer } from './index';
import type { QuantizerName } from './index';

const options = {
  codebookSize: 12,
  codeWidth: 2,
  normalize: true,
  commitmentLossWeight: 0.25,
  entropyLossWeight: 0,
  scalarLevels: [3, 4],
};

const names = Object.keys(quantizers) as QuantizerName[];

describe('quantizers', () => {
  it('has the published quantiser as vq', () => {
    expect(quantizers.vq(options)).toBeInstanceOf(VectorQuantizer);
    expect(quantizers.fsq(options)).toBeInstanceOf(FiniteScalarQuantizer);
  });

  it.each(names)('has the name %s in common with configs', (name) => {
    const scalar = name === 'fsq' ? { fsq_levels: [8, 8, 8, 8], codebook_size: 4096, token_size: 4 } : {};
    const { model } = parseTokenizerConfig({ model: { vq_model: { quantizer: name, ...scalar } } });
    expect(model.vq_model.quantizer).toBe(name);
  });
});

describe.each(testBackends)('quantizers on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it.each(names)(
    '%s gives the code that is nearest to what it compares, and the same code by its index',
    (name) => {
      const quantizer = quantizers[name](options);
      quantizer.initialize(1);
      tidy(() => {
        const latents = seededTensor(2, 2, 8, 2) as Tensor3D;
        const { codes, indices } = quantizer.quantize(latents);
        expect(indices.shape).toEqual([2, 8]);
        expectClose(quantizer.codesOf(indices), codes, KERNEL_TOLERANCE);
        const distances = quantizer.distances(latents).dataSync();
        const nearest = Array.from({ length: 16 }, (_, i) => {
          const ofLatent = [...distances.subarray(12 * i, 12 * (i + 1))];
          return ofLatent.indexOf(Math.min(...ofLatent));
        });
        expect(nearest).toEqual([...indices.dataSync()]);
        expect(new Set(nearest).size).toBeGreaterThan(2);
      });
      quantizer.dispose();
    },
  );
});
