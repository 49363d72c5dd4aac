import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { tensor1d } from '@tensorflow/tfjs-core';
import { CheckpointError } from '@restok/core';
import { Parameter, zeros } from '@restok/ops';
import type { PartOfStep, PartResult } from '@restok/training';
import { parseTokenizerTrainingConfig } from '@restok/training';
import { useTestBackend } from '@restok/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exchangePlaces } from './exchange-folder';
import { WorkerHelper } from './worker-helper';
import { tokenizerCodec } from './worker-protocol';

const vit = { width: 16, layers: 1, heads: 1 };
const config = parseTokenizerTrainingConfig({
  experiment: { output_dir: 'nowhere' },
  model: { vq_model: { hierarchy_stages: 1, vit_enc_model_size: vit, vit_dec_model_size: vit } },
  dataset: { params: { train_shards_path_or_url: 'nowhere' }, preprocessing: { crop_size: 16 } },
  optimizer: { params: {} },
  lr_scheduler: { params: {} },
  training: { max_train_steps: 1 },
});
const part = { step: 0, part: 1, quantized: true };

/** Sends twice the parameters back as gradients, and behind them one latent. */
const DOUBLING = `
import { readFileSync, writeFileSync } from 'node:fs';
process.once('message', (setup) => {
  process.on('message', ({ part, version }) => {
    const bytes = readFileSync(setup.parameterFile);
    const values = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
    writeFileSync(setup.gradientFile, new Float32Array([...values.map((value) => 2 * value), 7]));
    const message = { terms: { totalLoss: part.part + version }, indices: new Int32Array([3]) };
    process.send({ message, shapes: [[1, 1, 1]] });
  });
  process.send('ready');
});`;

describe('WorkerHelper', () => {
  let folder: string;

  beforeAll(async () => {
    await useTestBackend('cpu');
    folder = await mkdtemp(join(tmpdir(), 'worker-helper-test-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function start(name: string, text: string, count = 1): Promise<WorkerHelper<PartOfStep, PartResult>> {
    const script = join(folder, `${name}.mjs`);
    await writeFile(script, text);
    const job = { kind: 'tokenizer', config } as const;
    return WorkerHelper.start({ job, gemm: 'wasm', codec: tokenizerCodec, numParameters: 3, count, script });
  }
  const exchangeFolders = (): string[] =>
    exchangePlaces()
      .filter((place) => existsSync(place))
      .flatMap((place) => readdirSync(place))
      .filter((name) => name.startsWith(`restok-trainer-${hostname()}-${process.pid}-`));

  it('hands out the shared parameters and gives back what the workers computed', async () => {
    const helper = await start('doubling', DOUBLING, 2);
    expect([helper.capacity, helper.processIds.length, exchangeFolders().length]).toEqual([2, 2, 1]);
    const parameters = [new Parameter([2], zeros), new Parameter([1], zeros)];
    for (const version of [1, 2]) {
      parameters[0]!.replace(tensor1d([version, 0.5]));
      parameters[1]!.replace(tensor1d([-1]));
      helper.share(parameters, parameters);
      const started = [await helper.start(part), await helper.start(part)];
      for (const result of started) {
        const { terms, gradients, latents, indices } = await result();
        expect(terms.totalLoss).toBe(1 + version);
        expect(gradients.map((gradient) => [...gradient.dataSync()])).toEqual([[2 * version, 1], [-2]]);
        expect([latents.shape, [...latents.dataSync()], [...indices]]).toEqual([[1, 1, 1], [7], [3]]);
      }
    }
    helper.stop();
    expect(exchangeFolders()).toEqual([]);
  });

  it('says how a worker ended that never was ready, and removes its folder', async () => {
    const started = start('ending', 'process.exit(3);');
    await expect(started).rejects.toThrow(CheckpointError);
    await expect(started).rejects.toThrow(
      'a worker process ended (code 3). Resume, or set training.workers=1.',
    );
    expect(exchangeFolders()).toEqual([]);
  });

  it('passes on what a worker failed with', async () => {
    const failing = `process.once('message', () => process.send({ error: 'no pictures' }));`;
    await expect(start('failing', failing)).rejects.toThrow('no pictures');
    expect(exchangeFolders()).toEqual([]);
  });

  it('reports a worker that ended between two parts when the next one is started', async () => {
    const helper = await start('leaving', `process.send('ready'); setTimeout(() => process.exit(4), 50);`);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const result = helper.start(part).then((finish) => finish());
    await expect(result).rejects.toThrow('a worker process ended (code 4)');
    helper.stop();
    expect(exchangeFolders()).toEqual([]);
  });
});
