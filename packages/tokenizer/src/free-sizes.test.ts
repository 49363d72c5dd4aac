import type { Tensor4D } from '@tensorflow/tfjs-core';
import { randomUniform, tidy } from '@tensorflow/tfjs-core';
import { ConfigError } from '@restok/core';
import { expectClose, FORWARD_TOLERANCE, useTestBackend } from '@restok/testing';
import type { TestBackend } from '@restok/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tinyTokenizer } from '../test/tiny-tokenizer';
import type { ResTok } from './restok';

interface Pass {
  readonly indices: number[];
  readonly reconstruction: number[];
}

async function passOn(backend: TestBackend, changes: Readonly<Record<string, unknown>>): Promise<Pass> {
  await useTestBackend(backend);
  const tokenizer = tinyTokenizer(changes);
  let pass: Pass | undefined;
  tidy(() => {
    const pixels = randomUniform([2, 16, 16, 3], 0, 1, 'float32', 5) as Tensor4D;
    const { indices, reconstruction } = tokenizer.forward(pixels);
    pass = { indices: [...indices.dataSync()], reconstruction: [...reconstruction.dataSync()] };
  });
  tokenizer.dispose();
  return pass!;
}

const encoderSizes = [
  { width: 48, layers: 2, heads: 3 }, // heads of 16
  { width: 60, layers: 3, heads: 3 }, // of 20, no multiple of 8
  { width: 36, layers: 2, heads: 3 }, // of 12
  { width: 20, layers: 1, heads: 5 }, // of 4, and a width that is no multiple of 8
];

describe.each(encoderSizes)('a tokenizer of $width over $heads heads in $layers layers', (size) => {
  const changes = { vit_enc_model_size: size, vit_dec_model_size: { ...size, layers: 2 } };
  let expected: Pass;

  beforeAll(async () => {
    expected = await passOn('cpu', changes);
  });

  it.each(['wasm', 'restok-node'] as const)(
    'gives the numbers of the plain backend on %s',
    async (backend) => {
      const { indices, reconstruction } = await passOn(backend, changes);
      expect(indices).toEqual(expected.indices);
      expectClose(reconstruction, expected.reconstruction, FORWARD_TOLERANCE);
    },
  );
});

/** On a grid of 4 x 4, whose finest levels are finer than it from 32 latents on. */
const hierarchies = [
  { num_latent_tokens: 16, hierarchy_stages: 0 },
  { num_latent_tokens: 32, hierarchy_stages: 1 },
  { num_latent_tokens: 64, hierarchy_stages: 3, learnable_dec_image_tokens: false },
  { num_latent_tokens: 256, hierarchy_stages: 2, is_legacy: false },
];

describe.each(hierarchies)(
  'a tokenizer of $num_latent_tokens latents and $hierarchy_stages stages',
  (changes) => {
    it('gives the numbers of the plain backend on restok-node', async () => {
      const expected = await passOn('cpu', changes);
      expect(expected.indices).toHaveLength(2 * changes.num_latent_tokens);
      const { indices, reconstruction } = await passOn('restok-node', changes);
      expect(indices).toEqual(expected.indices);
      expectClose(reconstruction, expected.reconstruction, FORWARD_TOLERANCE);
    });
  },
);

describe('a tokenizer whose pixel CNN has free sizes', () => {
  const changes = {
    vae_encoder: true,
    pixel_cnn: { hidden_channels: 64, channel_mult: [1, 2, 1], num_res_blocks: 2, z_channels: 6 },
  };
  let tokenizer: ResTok;

  beforeAll(async () => {
    await useTestBackend('restok-node');
    tokenizer = tinyTokenizer(changes);
  });
  afterAll(() => tokenizer.dispose());

  it('takes z_channels into the encoder and out of the decoder', () => {
    const shapes = new Map(
      [...tokenizer.namedParameters()].map(([name, { publishedShape }]) => [name, publishedShape]),
    );
    expect(shapes.get('encoder.patch_embed.weight')).toEqual([24, 6, 1, 1]);
    expect(shapes.get('decoder.ffn.weight')).toEqual([6, 24, 1, 1]);
    expect(shapes.get('pixel_encoder.down.1.block.0.nin_shortcut.weight')).toEqual([128, 128, 1, 1]);
    expect(shapes.get('pixel_decoder.up.2.block.1.conv2.weight')).toEqual([64, 64, 3, 3]);
  });

  it('gives pictures of the size it was given', () => {
    const shape = tidy(() => tokenizer.forward(randomUniform([1, 16, 16, 3])).reconstruction.shape);
    expect(shape).toEqual([1, 16, 16, 3]);
  });
});

describe('a tokenizer whose pixel CNN has no residual blocks', () => {
  it('keeps the convolutions that change the resolution', async () => {
    await useTestBackend('restok-node');
    const pixel_cnn = { hidden_channels: 32, channel_mult: [1, 1, 1], num_res_blocks: 0, z_channels: 6 };
    const tokenizer = tinyTokenizer({ vae_encoder: true, pixel_cnn });
    const names = [...tokenizer.namedParameters()].map(([name]) => name);
    const shape = tidy(() => tokenizer.forward(randomUniform([1, 16, 16, 3])).reconstruction.shape);
    tokenizer.dispose();
    expect(shape).toEqual([1, 16, 16, 3]);
    expect(names.filter((name) => /\.(block|mid)\./.test(name))).toEqual([]);
    expect(names).toContain('pixel_decoder.up.1.upsample_conv.weight');
  });
});

describe('a config of sizes that cannot be', () => {
  it.each([
    [{ vit_enc_model_size: { width: 48, layers: 2, heads: 8 } }, 'vit_enc_model_size: width 48 over 8 heads'],
    [{ vit_dec_model_size: { width: 50, layers: 2, heads: 3 } }, 'vit_dec_model_size: width 50 over 3 heads'],
    [{ vit_enc_model_size: 'huge' }, 'must be small, base, large or { width, layers, heads }'],
    [{ pixel_cnn: { hidden_channels: 48, channel_mult: [1, 1, 1] } }, 'multiple of 32'],
    [{ hierarchy_stages: 4 }, 'so 4 must be a multiple of 8'],
  ])('%j is a ConfigError that says so', (changes, problem) => {
    expect(() => tinyTokenizer(changes)).toThrow(ConfigError);
    expect(() => tinyTokenizer(changes)).toThrow(problem);
  });
});
