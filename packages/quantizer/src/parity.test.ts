import type { Scalar, Tensor, Tensor1D, Tensor3D } from '@tensorflow/tfjs-core';
import { add, dispose, grads, mul, sum, tidy, zeros as zerosTensor } from '@tensorflow/tfjs-core';
import {
  channelsBeforeTokens,
  expectValues,
  FORWARD_TOLERANCE,
  inScope,
  tensorsLeftBy,
  testBackends,
  useTestBackend,
} from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { latentsOf, quantizerCases, stored, storedNames, storedQuantizer } from '../test/quantizer-fixture';
import { clusteringUpdate } from './index';

/**
 * Gradients of one operation chain, not of a whole step: they are as exact as forward values, of which single
 * precision leaves 1e-5 in the entropy term (its distances are divided by 0.01).
 */
const QUANTIZER_GRADIENT_TOLERANCE = 1e-4;

const losses = [
  ['quantizerLoss', 'quantizer_loss'],
  ['commitmentLoss', 'commitment_loss'],
  ['codebookLoss', 'codebook_loss'],
  ['entropyLoss', 'entropy_loss'],
] as const;

describe('fixture quantizer', () => {
  it('holds nothing that is not compared here', () => {
    const ofCase = ['z_quantized', 'indices', 'distances', 'grad_z', 'grad_codebook'];
    const ofStep = ['z', 'indices', 'embed_prob', 'codebook_after', 'z_quantized'];
    const compared = [
      ...['z', 'codebook', 'cotangent'],
      ...quantizerCases.flatMap(({ prefix }) =>
        [...ofCase, ...losses.map(([, name]) => name)].map((name) => prefix + name),
      ),
      ...['l21', 'l20'].flatMap((norm) =>
        ['step0', 'step1'].flatMap((step) => ofStep.map((name) => `cluster.${norm}.${step}.${name}`)),
      ),
    ];
    expect([...storedNames].sort()).toEqual(compared.sort());
  });
});

describe.each(testBackends)('fixture quantizer on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  describe.each([...quantizerCases])('case $prefix', (settings) => {
    const { prefix } = settings;
    const quantizerOfCase = (): ReturnType<typeof storedQuantizer> =>
      storedQuantizer(settings.use_l2_norm, settings.entropy_loss_ratio);

    it('has the codes, the indices and the losses', async () => {
      const quantizer = quantizerOfCase();
      await inScope(async () => {
        const quantization = quantizer.quantize(latentsOf('z'));
        expect([...(await quantization.indices.data())]).toEqual([...stored(`${prefix}indices`).values]);
        const codes = await channelsBeforeTokens(quantization.codes);
        await expectValues(codes, stored(`${prefix}z_quantized`).values, FORWARD_TOLERANCE, 'codes');
        for (const [ours, published] of losses) {
          // The entropy term is exactly 0 where its weight is.
          await expectValues(quantization[ours], stored(prefix + published).values, FORWARD_TOLERANCE, ours);
        }
      });
      quantizer.dispose();
    });

    it('has the distances', async () => {
      const quantizer = quantizerOfCase();
      await inScope(async () => {
        const distances = await channelsBeforeTokens(quantizer.distances(latentsOf('z')));
        await expectValues(distances, stored(`${prefix}distances`).values, FORWARD_TOLERANCE);
      });
      quantizer.dispose();
    });

    it('gives the codes of the stored indices', async () => {
      const quantizer = quantizerOfCase();
      await inScope(async () => {
        const { codes, indices } = quantizer.quantize(latentsOf('z'));
        await indices.data();
        await expectValues(quantizer.codesOf(indices), codes, FORWARD_TOLERANCE);
      });
      quantizer.dispose();
    });

    it('has the gradients of latents and codebook', async () => {
      const quantizer = quantizerOfCase();
      await inScope(async () => {
        const cotangent = latentsOf('cotangent');
        const objective = (latents: Tensor): Scalar => {
          const { quantizerLoss, codes } = quantizer.quantize(latents as Tensor3D);
          return add(quantizerLoss, sum(mul(codes, cotangent)));
        };
        // The codebook is no argument of the objective, but the quantiser reads it.
        const inputs = [latentsOf('z'), quantizer.codebook];
        const [dLatents, dCodebook] = grads((latents: Tensor) => objective(latents))(inputs);
        await expectValues(
          await channelsBeforeTokens(dLatents!),
          stored(`${prefix}grad_z`).values,
          QUANTIZER_GRADIENT_TOLERANCE,
          'gradient of latents',
        );
        await expectValues(
          dCodebook!,
          stored(`${prefix}grad_codebook`).values,
          QUANTIZER_GRADIENT_TOLERANCE,
          'gradient of the codebook',
        );
      });
      quantizer.dispose();
    });
  });

  it.each([
    ['l21', true],
    ['l20', false],
  ] as const)('has the two steps of the clustering update, %s', async (norm, normalize) => {
    const run = async (): Promise<void> => {
      const quantizer = storedQuantizer(normalize, 0);
      let usage = zerosTensor([quantizer.options.codebookSize]) as Tensor1D;
      for (const step of [`cluster.${norm}.step0`, `cluster.${norm}.step1`]) {
        const latents = tidy(() => latentsOf(`${step}.z`));
        const quantization = quantizer.quantize(latents);
        const { codes, indices } = quantization;
        expect([...(await indices.data())]).toEqual([...stored(`${step}.indices`).values]);
        await expectValues(
          await channelsBeforeTokens(codes),
          stored(`${step}.z_quantized`).values,
          FORWARD_TOLERANCE,
          'codes',
        );
        usage = clusteringUpdate(quantizer, latents, indices, usage);
        await expectValues(usage, stored(`${step}.embed_prob`).values, FORWARD_TOLERANCE, 'usage');
        await expectValues(
          quantizer.codebook,
          stored(`${step}.codebook_after`).values,
          FORWARD_TOLERANCE,
          'codebook',
        );
        dispose([latents, quantization]);
      }
      usage.dispose();
      quantizer.dispose();
    };
    expect(await tensorsLeftBy(run)).toBe(0);
  });
});
