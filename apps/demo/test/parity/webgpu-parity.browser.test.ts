import type { Tensor4D } from '@tensorflow/tfjs-core';
import { dispose, tensor4d, tidy, transpose } from '@tensorflow/tfjs-core';
import { useWebGpuBackend } from '@restok/backend-webgpu';
import type { FixtureTensor } from '@restok/testing';
import {
  channelsFirst,
  expectClose,
  fixtureNames,
  FORWARD_TOLERANCE,
  openFixture,
  paritySuites,
  runsEverything,
  sampledTokenizers,
  testOnlyOn,
  tokenizerConfigOf,
} from '@restok/testing';
import { ResTok } from '@restok/tokenizer';
import { beforeAll, describe, expect, it } from 'vitest';

async function useEmulatedCard(): Promise<void> {
  const { isSoftware } = await useWebGpuBackend();
  expect(isSoftware).toBe(true);
}

// Before the suites are read: they ask which backends to run on at once.
testOnlyOn('restok-webgpu', useEmulatedCard);

// Not of other packages: Vite looks into all of them, and some are for Node alone.
const readers = import.meta.glob(
  '../../../../packages/{quantizer,vit,tokenizer,generator,training}/{src,test}/**/*parity.test.ts',
);
for (const suite of paritySuites) {
  await readers[`../../../../packages/${suite}`]!();
}

/** A picture as PyTorch stores it, as `[B, H, W, C]`. */
const pictureOf = ({ values, shape }: FixtureTensor): Tensor4D =>
  tidy(() => transpose(tensor4d(values, shape as [number, number, number, number]), [0, 2, 3, 1]));

/** As many values of a decoded picture as are stored, in PyTorch's order. */
async function published(picture: Tensor4D, { values }: FixtureTensor): Promise<Float32Array> {
  const all = await channelsFirst(picture);
  picture.dispose();
  return all.subarray(0, values.length);
}

/** Those of which the suites read every stage instead. */
const inSuites = (name: string): boolean => runsEverything || sampledTokenizers.includes(name);

describe.each(fixtureNames('tokenizer-').filter((name) => !inSuites(name)))('%s', (name) => {
  beforeAll(useEmulatedCard);

  it('gives the reference indices, and the pictures of some and of all latents', async () => {
    const fixture = openFixture(name);
    const io = fixture.tensors('io');
    const tokenizer = await ResTok.fromWeights(tokenizerConfigOf(fixture.config), fixture.weights());
    const pixels = pictureOf(io.get('image')!);
    const { indices, codes } = tokenizer.encode(pixels);
    expect([...(await indices.data())]).toEqual([...io.get('quantize.indices')!.values]);
    const whole = io.get('reconstruction')!;
    expectClose(await published(tokenizer.decode(codes), whole), whole.values, FORWARD_TOLERANCE, name);
    for (const [stored, tensor] of io) {
      const numKept = /^reconstruction\.keep_(\d+)$/.exec(stored)?.[1];
      if (numKept !== undefined) {
        const picture = await published(tokenizer.decode(codes, { numKept: Number(numKept) }), tensor);
        expectClose(picture, tensor.values, FORWARD_TOLERANCE, stored);
      }
    }
    dispose([pixels, indices, codes]);
    tokenizer.dispose();
  });
});
