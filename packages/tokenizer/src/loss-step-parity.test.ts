import type { Tensor4D } from '@tensorflow/tfjs-core';
import { mean, reshape, squaredDifference, tensor4d } from '@tensorflow/tfjs-core';
import {
  channelsBeforeTokens,
  channelsFirst,
  channelsLast,
  expectValues,
  fixtureNames,
  FORWARD_TOLERANCE,
  inScope,
  isSampled,
  openFixture,
  testBackends,
  tokenizerConfigOf,
  useTestBackend,
} from '@restok/testing';
import type { FixtureTensor } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { ResTok } from './restok';

const losses = [
  ['quantizerLoss', 'loss.quantizer_loss'],
  ['commitmentLoss', 'loss.commitment_loss'],
  ['codebookLoss', 'loss.codebook_loss'],
  ['entropyLoss', 'loss.entropy_loss'],
] as const;

const picture = ({ shape, values }: FixtureTensor): Tensor4D =>
  channelsLast(tensor4d(values, shape as [number, number, number, number])) as Tensor4D;

/** Others take half a minute for these pictures; they run the same model in parity.test.ts, and these in the slow runs. */
const quickBackends = testBackends.filter((backend) => !isSampled(backend));

describe.each(quickBackends)('ResTok.forward on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it.each(fixtureNames('loss-generator-step'))(
    'gives the reconstruction, the indices and the losses of the training step %s',
    async (name) => {
      const fixture = openFixture(name);
      const io = fixture.tensors('io');
      const stored = (tensor: string): FixtureTensor['values'] => io.get(tensor)!.values;
      // Only a step with feature supervision runs the decoder's second stream.
      const featureStream = io.has('dec_vf_feat');
      const config = tokenizerConfigOf(fixture.config);
      const tokenizer = await ResTok.fromWeights(config, fixture.weights(), { featureStream });
      await inScope(async () => {
        const pixels = picture(io.get('image')!);
        const numKept = [...stored('nested_dropout_remain')];
        const pass = tokenizer.forward(pixels, { numKept, featureStream });
        expect([...(await pass.indices.data())]).toEqual([...stored('indices')]);
        const reconstruction = await channelsFirst(pass.reconstruction);
        await expectValues(reconstruction, stored('reconstruction'), FORWARD_TOLERANCE, 'reconstruction');
        const reconstructionLoss = mean(squaredDifference(pass.reconstruction, pixels));
        await expectValues(
          reconstructionLoss,
          stored('loss.reconstruction_loss'),
          FORWARD_TOLERANCE,
          'mean square',
        );
        for (const [ours, published] of losses) {
          await expectValues(pass[ours], stored(published), FORWARD_TOLERANCE, ours);
        }
        if (featureStream) {
          const [batch, width] = io.get('dec_vf_feat')!.shape as [number, number];
          const features = await channelsBeforeTokens(reshape(pass.featureStream!, [batch, -1, width]));
          await expectValues(features, stored('dec_vf_feat'), FORWARD_TOLERANCE, 'second stream');
        }
      });
      tokenizer.dispose();
    },
  );
});
