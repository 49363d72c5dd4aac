// The built package under plain Node: no bundler, no alias.
import assert from 'node:assert/strict';
import '@tensorflow/tfjs-backend-cpu';
import { fill, grad, setBackend, sum } from '@tensorflow/tfjs-core';
import '@restok/ops/gradients';
import { ResTok } from '@restok/tokenizer';

await setBackend('cpu');

const vit = { width: 16, layers: 2, heads: 2 };
const tokenizer = new ResTok(
  {
    model: {
      vq_model: {
        codebook_size: 16,
        num_latent_tokens: 4,
        vit_enc_model_size: vit,
        vit_dec_model_size: vit,
        vit_enc_patch_size: 4,
        vit_dec_patch_size: 4,
        hierarchy_stages: 2,
        is_legacy: false,
        pixel_cnn: { hidden_channels: 32, channel_mult: [1, 1, 1], num_res_blocks: 1, z_channels: 16 },
      },
    },
    dataset: { preprocessing: { crop_size: 16 } },
  },
  { seed: 1 },
);
assert.deepEqual([...tokenizer.levelSizes], [1, 1, 2]);

const pixels = fill([2, 16, 16, 3], 0.5);
const { indices, codes } = tokenizer.encode(pixels);
assert.deepEqual(indices.shape, [2, 4]);
assert.deepEqual(codes.shape, [2, 4, 8]);
assert.ok(indices.dataSync().every((index) => index >= 0 && index < 16));

const whole = tokenizer.decode(codes);
assert.deepEqual(whole.shape, [2, 16, 16, 3]);
assert.deepEqual(tokenizer.decodeIndices(indices).dataSync(), whole.dataSync());
assert.deepEqual(tokenizer.decodeIndices(indices, { numKept: 1 }).shape, [2, 16, 16, 3]);

const gradient = grad((x) => sum(tokenizer.forward(x).reconstruction))(pixels);
assert.ok(gradient.dataSync().every(Number.isFinite));
assert.ok(gradient.dataSync().some((value) => value !== 0));
