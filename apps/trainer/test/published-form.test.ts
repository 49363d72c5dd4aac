import { readdirSync, readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TrainerProcess } from './run-trainer';
import { startTrainer, trainerFolder } from './run-trainer';
import type { StandInNetworks } from './stand-in-networks';
import { writeStandInNetworks } from './stand-in-networks';

/** A process takes a second to start, and many on a machine that is busy with other work. */
const MINUTES = 240_000;

type Keys = { readonly [key: string]: string | Keys };

const keysFile = fileURLToPath(
  new URL('../../../packages/testing/fixtures/config-keys.json', import.meta.url),
);

/** Keys and values of the authors' files, as they write them: `5_000`, `True`, `${optimizer.params.learning_rate}`. */
const published = JSON.parse(readFileSync(keysFile, 'utf8')) as Readonly<
  Record<'tokenizer training' | 'generator training', Keys>
>;

function yamlOf(keys: Keys, indent = ''): string {
  const lines = Object.entries(keys).map(([key, value]) =>
    typeof value === 'string'
      ? `${indent}${key}: ${value === '' ? '""' : value}\n`
      : `${indent}${key}:\n${yamlOf(value, `${indent}    `)}`,
  );
  return lines.join('');
}

describe('a config in the form that the authors publish', { timeout: MINUTES }, () => {
  const { at } = trainerFolder();
  let networks: StandInNetworks;

  beforeAll(async () => {
    networks = await writeStandInNetworks(at(), readdirSync(at('pictures')).length);
    await writeFile(at('restok_l_128.yaml'), yamlOf(published['tokenizer training']));
    await writeFile(at('llamagen_l.yaml'), yamlOf(published['generator training']));
  });

  const train = (file: string, ...overrides: string[]): TrainerProcess =>
    startTrainer(['--config', at(file), '--json', ...overrides]);

  it('of a tokenizer ends in one line that names the weights which are not here', async () => {
    const { code, stdout, stderr } = await train('restok_l_128.yaml').ended;
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^[^\n]+\n$/);
    for (const advice of ['perceptual_weights', 'dino_weights', 'vf_weights']) {
      expect(stderr).toContain(`add losses.${advice}=`);
    }
  });

  it('of a tokenizer ends in one line where its shards, or one of those files, are not there', async () => {
    const shards = await train(
      'restok_l_128.yaml',
      `losses.perceptual_weights=${networks.lpips}`,
      `losses.dino_weights=${networks.dino}`,
      `losses.vf_weights=${networks.dinov3}`,
    ).ended;
    expect(shards.code).toBe(1);
    expect(shards.stderr).toMatch(/^[^\n]*imagenet1k-train-[^\n]*\n$/);
    const weights = await train(
      'restok_l_128.yaml',
      `dataset.params.train_shards_path_or_url=${at('pictures')}`,
      'dataset.params.eval_shards_path_or_url=',
      `losses.perceptual_weights=${at('vgg16.safetensors')}`,
      `losses.dino_weights=${networks.dino}`,
      `losses.vf_weights=${networks.dinov3}`,
    ).ended;
    expect(weights.code).toBe(1);
    expect(weights.stderr).toMatch(/^[^\n]*vgg16\.safetensors[^\n]*\n$/);
  });

  it('of a tokenizer trains with every loss that it switches on, made small by overrides', async () => {
    const size = '{ width: 16, layers: 2, heads: 2 }';
    const { ended, events } = train(
      'restok_l_128.yaml',
      `experiment.output_dir=${at('tokenizer-run')}`,
      `dataset.params.train_shards_path_or_url=${at('pictures')}`,
      'dataset.params.eval_shards_path_or_url=',
      'dataset.preprocessing.crop_size=16',
      'dataset.preprocessing.resize_shorter_edge=16',
      `model.vq_model.vit_enc_model_size=${size}`,
      `model.vq_model.vit_dec_model_size=${size}`,
      'model.vq_model.vit_enc_patch_size=4',
      'model.vq_model.vit_dec_patch_size=4',
      'model.vq_model.num_latent_tokens=16',
      'model.vq_model.test_num_latent_tokens=16',
      'model.vq_model.hierarchy_stages=2',
      'model.vq_model.pixel_cnn={ hidden_channels: 32, channel_mult: [1, 1, 1], num_res_blocks: 1, z_channels: 16 }',
      `losses.perceptual_weights=${networks.lpips}`,
      `losses.dino_weights=${networks.dino}`,
      `losses.vf_weights=${networks.dinov3}`,
      'losses.discriminator_start=1',
      'training.per_gpu_batch_size=2',
      'training.max_train_steps=2',
    );
    const { code, stderr } = await ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const steps = events.filter(({ event }) => event === 'step');
    const terms = ['perceptualLoss', 'adversarialLoss', 'discriminatorLoss', 'leCamLoss', 'alignmentLoss'];
    expect(Object.keys(steps[1]!)).toEqual(expect.arrayContaining(terms));
    const stored = JSON.parse(await readFile(at('tokenizer-run', 'model', 'config.json'), 'utf8')) as object;
    // Interpolated, and with every key that it was written with.
    expect(stored).toMatchObject({
      lr_scheduler: { params: { learning_rate: 1e-4, warmup_steps: 5000 } },
      training: { mixed_precision: 'fp16', enable_wandb: true },
    });
  });

  it('of a generator ends in one line where its codes are not there', async () => {
    const { code, stderr } = await train('llamagen_l.yaml').ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^[^\n]*pretokenization\/restok_l_128_run1[^\n]*\n$/);
  });
});
