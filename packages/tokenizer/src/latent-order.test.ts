import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { randomUniform, tidy } from '@tensorflow/tfjs-core';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { saveModel } from '@restok/hub/node';
import { expectClose, FORWARD_TOLERANCE, testBackends, useTestBackend } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { tinyTokenizer } from '../test/tiny-tokenizer';
import { ResTok } from './restok';

const picture = (): Tensor4D => randomUniform([1, 16, 16, 3], 0, 1, 'float32', 5) as Tensor4D;

interface Stages {
  /** `[8, 24]` latents after the last norm. */
  readonly normalized: Float32Array;
  /** `[8, 4]` latents before the quantiser. */
  readonly latents: Float32Array;
}

function encode(tokenizer: ResTok): Stages {
  const seen = new Map<string, Float32Array>();
  const stage = (name: string, value: Tensor): void => {
    seen.set(name, Float32Array.from(value.dataSync()));
  };
  tidy(() => tokenizer.encode(picture(), { observer: { stage } }));
  return { normalized: seen.get('encoder.ln_post.out')!, latents: seen.get('encoder.z')! };
}

/** Rows of `[8, 24]` through the 1x1 convolution of their level, in plain numbers. */
async function projected(tokenizer: ResTok, rows: readonly Float32Array[]): Promise<number[]> {
  const parameters = new Map(tokenizer.namedParameters());
  const values = (name: string): Promise<Float32Array> =>
    parameters.get(`encoder.conv_out.${name}`)!.published();
  const outputs: number[] = [];
  for (const [position, row] of rows.entries()) {
    const level = position === 0 ? 0 : Math.floor(Math.log2(position)) + 1;
    const [weight, bias] = [await values(`${level}.weight`), await values(`${level}.bias`)];
    for (let output = 0; output < 4; output++) {
      outputs.push(row.reduce((sum, x, channel) => sum + x * weight[24 * output + channel]!, bias[output]!));
    }
  }
  return outputs;
}

describe.each(testBackends)('is_legacy on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('false makes code position k from latent k alone', async () => {
    const tokenizer = tinyTokenizer({ is_legacy: false });
    const { normalized, latents } = encode(tokenizer);
    const rows = Array.from({ length: 8 }, (_, k) => normalized.subarray(24 * k, 24 * (k + 1)));
    expectClose(latents, await projected(tokenizer, rows), FORWARD_TOLERANCE);
    tokenizer.dispose();
  });

  it('true makes code position k from channels k, k + 8 and k + 16 of every latent', async () => {
    const tokenizer = tinyTokenizer({ is_legacy: true });
    const { normalized, latents } = encode(tokenizer);
    // Memory of [8, 24] read as [24, 8]: row c of it starts at 8c.
    const rows = Array.from({ length: 8 }, (_, k) =>
      Float32Array.from({ length: 24 }, (_value, channel) => normalized[8 * channel + k]!),
    );
    expectClose(latents, await projected(tokenizer, rows), FORWARD_TOLERANCE);
    tokenizer.dispose();
  });
});

describe('a model with is_legacy false', () => {
  it('is the same after it was saved and loaded', async () => {
    await useTestBackend('restok-node');
    const folder = mkdtempSync(join(tmpdir(), 'restok-tokenizer-test-'));
    const tokenizer = tinyTokenizer({ is_legacy: false });
    try {
      await saveModel(folder, {
        config: tokenizer.config,
        tensors: [...tokenizer.namedParameters()].map(([name, parameter]) => ({
          name,
          shape: parameter.publishedShape,
          values: () => parameter.published(),
        })),
      });
      const saved = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as object;
      expect(saved).toMatchObject({ model: { vq_model: { is_legacy: false } } });
      const loaded = await ResTok.fromPretrained(folder);
      tidy(() => {
        const { indices, codes } = tokenizer.encode(picture());
        expect([...loaded.encode(picture()).indices.dataSync()]).toEqual([...indices.dataSync()]);
        // The same weights in the same order of operations.
        expect([...loaded.decodeIndices(indices).dataSync()]).toEqual([
          ...tokenizer.decodeIndices(indices).dataSync(),
        ]);
        expectClose(loaded.decode(codes), tokenizer.decodeIndices(indices), FORWARD_TOLERANCE);
      });
      loaded.dispose();
    } finally {
      tokenizer.dispose();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
