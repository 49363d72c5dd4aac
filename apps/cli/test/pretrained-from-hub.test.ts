import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { Generator } from '@restok/generator';
import { ResTok } from '@restok/tokenizer';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { weightsDigest } from '../src/weights-digest';
import { COMMIT, hubOfOneModel } from './hub-of-one-model';
import { temporaryFolder } from './temporary-folder';
import { saveTinyGenerator } from './tiny-generator';
import { saveTinyModel } from './tiny-model';

const folder = temporaryFolder();
const models = { tokenizer: join(folder, 'tokenizer'), generator: join(folder, 'generator') };
let served: keyof typeof models;
let files: Record<keyof typeof models, Record<string, Uint8Array>>;
const hub = await hubOfOneModel(() => files[served]);
let runs = 0;

async function filesOf(model: string): Promise<Record<string, Uint8Array>> {
  const names = ['config.json', 'model.safetensors'];
  const contents = await Promise.all(names.map((name) => readFile(join(model, name))));
  return Object.fromEntries(names.map((name, i) => [name, contents[i]!]));
}

beforeAll(async () => {
  await saveTinyModel(models.tokenizer);
  await saveTinyGenerator(models.generator);
  files = { tokenizer: await filesOf(models.tokenizer), generator: await filesOf(models.generator) };
});

beforeEach(() => {
  vi.stubEnv('HF_ENDPOINT', hub.address);
  vi.stubEnv('HF_HUB_CACHE', join(folder, `cache-${runs++}`));
  vi.stubEnv('HF_HUB_OFFLINE', '');
  vi.stubEnv('HF_TOKEN', '');
  vi.stubEnv('HF_TOKEN_PATH', join(folder, 'no-token'));
  hub.requests.length = 0;
});

afterEach(() => vi.unstubAllEnvs());

describe.each([
  ['ResTok', 'tokenizer', (source: string): Promise<ResTok | Generator> => ResTok.fromPretrained(source)],
  [
    'Generator',
    'generator',
    (source: string): Promise<ResTok | Generator> => Generator.fromPretrained(source),
  ],
] as const)('%s.fromPretrained', (_name, kind, fromPretrained) => {
  /** Digest of the weights of a source; leaves no tensors. */
  async function digestOf(source: string): Promise<string> {
    const tensorsBefore = tf.memory().numTensors;
    const model = await fromPretrained(source);
    const digest = await weightsDigest(model);
    model.dispose();
    expect(tf.memory().numTensors).toBe(tensorsBefore);
    return digest;
  }

  it('takes a hub id, with the weights of the folder that it was made of', async () => {
    served = kind;
    expect(await digestOf('owner/tiny')).toBe(await digestOf(models[kind]));
    expect(hub.requests.some((line) => line.includes('/model.safetensors'))).toBe(true);
  });

  it('takes a revision with it', async () => {
    served = kind;
    hub.commits.set('v1', 'b'.repeat(40));
    expect(await digestOf('owner/tiny@v1')).toBe(await digestOf(models[kind]));
    expect(hub.requests.some((line) => line.includes('b'.repeat(40)))).toBe(true);
    expect(hub.requests.some((line) => line.includes(COMMIT))).toBe(false);
  });

  it('says in one line that a model is not there', async () => {
    await expect(fromPretrained('owner/none')).rejects.toThrow(
      /^openHub: there is no folder owner\/none here.*$/,
    );
  });
});
