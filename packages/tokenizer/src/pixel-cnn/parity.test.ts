import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { grads, keep, slice, tensor4d, tidy } from '@tensorflow/tfjs-core';
import { loadParameters } from '@restok/ops';
import type { Module } from '@restok/ops';
import {
  channelsFirst,
  channelsLast,
  expectClose,
  fixtureNames,
  FORWARD_TOLERANCE,
  openFixture,
  testBackends,
  useTestBackend,
  weightReader,
} from '@restok/testing';
import type { Fixture, FixtureTensor } from '@restok/testing';
import { describe, expect, it } from 'vitest';
import { PixelDecoder } from './pixel-decoder';
import type { PixelCnnConfig } from './pixel-encoder';
import { PixelEncoder } from './pixel-encoder';

/** Halves of the fixture: our module, and the prefixes of its weights and of its stored tensors. */
const halves = {
  encoder: { build: (config: PixelCnnConfig) => new PixelEncoder(config), prefix: 'pixel_encoder.' },
  decoder: { build: (config: PixelCnnConfig) => new PixelDecoder(config), prefix: 'pixel_decoder.' },
} as const;

type Half = keyof typeof halves;

async function load(fixture: Fixture, half: Half): Promise<PixelEncoder | PixelDecoder> {
  const { build, prefix } = halves[half];
  const module = build(fixture.config.reference.overrides!.pixel_cnn as PixelCnnConfig);
  const weights = fixture.weights();
  const own = new Map<string, FixtureTensor>();
  for (const [name, { shape }] of weights.entries) {
    if (name.startsWith(prefix)) {
      own.set(name.slice(prefix.length), { shape, values: await weights.read(name) });
    }
  }
  await loadParameters(module as Module, weightReader(own));
  return module;
}

const picture = ({ shape, values }: FixtureTensor): Tensor4D =>
  tidy(() => channelsLast(tensor4d(values, shape as [number, number, number, number])) as Tensor4D);

/** The stored part of `[B, H, W, C]` values: all of them, or a few channels of the first sample. */
function storedPart(value: Tensor, { shape }: FixtureTensor): Promise<Float32Array> {
  const [samples, channels] = shape as [number, number];
  return channelsFirst(slice(value, [0, 0, 0, 0], [samples, -1, -1, channels]));
}

describe.each(testBackends)('pixel CNN parity on %s', (backend) => {
  const cases = fixtureNames('pixel-cnn').flatMap((name) =>
    (Object.keys(halves) as Half[]).map((half) => ({ name, half })),
  );

  it.each(cases)('$name: the $half gives every stored stage and the gradient of its input', async (each) => {
    await useTestBackend(backend);
    const fixture = openFixture(each.name);
    const io = fixture.tensors('io');
    const module = await load(fixture, each.half);
    const input = picture(io.get(`${each.half}.input`)!);
    const stages = new Map<string, Tensor>();
    const observer = {
      attention: false,
      stage: (name: string, value: Tensor): void => {
        stages.set(name.replace('pixel_', ''), keep(value.clone()));
      },
    };
    const output = module.forward(input, observer);
    stages.set(`${each.half}.out`, output);
    const compared = [...io].filter(
      ([name]) => name.startsWith(`${each.half}.`) && name !== `${each.half}.input`,
    );
    expect(compared.length).toBeGreaterThan(5);
    for (const [name, stored] of compared) {
      expectClose(await storedPart(stages.get(name)!, stored), stored.values, FORWARD_TOLERANCE, name);
    }

    const cotangent = picture(io.get(`grad.${each.half}.cotangent`)!);
    const [gradient] = grads((x) => module.forward(x as Tensor4D))([input], cotangent) as [Tensor];
    const expected = io.get(`grad.${each.half}.input`)!;
    expectClose(
      await storedPart(gradient, expected),
      expected.values,
      FORWARD_TOLERANCE,
      'gradient of the input',
    );

    [...stages.values(), input, cotangent, gradient].forEach((tensor) => tensor.dispose());
    module.dispose();
  });

  it('changes the number of channels by the block alone, without the input', async () => {
    await useTestBackend(backend);
    const config = { hidden_channels: 32, channel_mult: [1, 2], num_res_blocks: 1, z_channels: 4 };
    const encoder = new PixelEncoder(config);
    encoder.initialize(1);
    const shapes = tidy(() => {
      const out = encoder.forward(tensor4d(new Float32Array(2 * 8 * 4 * 3), [2, 8, 4, 3]));
      return out.shape;
    });
    expect(shapes).toEqual([2, 4, 2, 4]);
    encoder.dispose();
  });
});
