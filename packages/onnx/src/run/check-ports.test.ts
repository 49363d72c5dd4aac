import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InferenceSession } from 'onnxruntime-node';
import * as tf from '@tensorflow/tfjs-core';
import { ConfigError } from '@restok/core';
import { Generator } from '@restok/generator';
import { ResTok } from '@restok/tokenizer';
import { tinyTokenizer, useTestBackend } from '@restok/testing';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { temporaryFolder } from '../../test/temporary-folder';
import { exportGenerator } from '../export/export-generator';
import { exportTokenizer } from '../export/export-tokenizer';
import type { Initializer, OnnxGraph, OnnxNode, OnnxType } from '../format/onnx-graph';
import { onnxTypes } from '../format/onnx-graph';
import { saveOnnx } from '../save-onnx';
import { OnnxGenerator } from './onnx-generator';
import { OnnxTokenizer } from './onnx-tokenizer';

const PICTURE = new Float32Array(8 * 8 * 3);
const GENERATOR = { n_layer: 2, n_head: 2, dim: 16, vocab_size: 12, block_size: 8, num_classes: 3 };

async function exportedTokenizer(changes?: Readonly<Record<string, unknown>>): Promise<string> {
  const folder = await temporaryFolder();
  const source = new ResTok(tinyTokenizer(changes), { seed: 2 });
  await exportTokenizer(source, folder);
  source.dispose();
  return folder;
}

async function exportedGenerator(changes?: Readonly<Record<string, number>>): Promise<string> {
  const folder = await temporaryFolder();
  const source = new Generator({ ...GENERATOR, ...changes }, { seed: 2 });
  await exportGenerator(source, folder);
  source.dispose();
  return folder;
}

/** Changes the manifest of a folder. */
async function edit(folder: string, change: (config: Record<string, unknown>) => unknown): Promise<void> {
  const path = join(folder, 'onnx.json');
  const manifest = JSON.parse(await readFile(path, 'utf8')) as { config: Record<string, unknown> };
  await writeFile(path, JSON.stringify({ ...manifest, config: change(manifest.config) }));
}

/** A graph that gives pictures as indices and codes of some types and widths, as no tokenizer does. */
function encoderOf(indicesType: OnnxType, codesType: OnnxType, codesEnd = 16): OnnxGraph {
  const node = (
    operator: string,
    inputs: readonly string[],
    output: string,
    attributes: OnnxNode['attributes'] = {},
  ): OnnxNode => ({ operator, inputs, outputs: [output], attributes });
  const part = (name: string, type: OnnxType): OnnxNode[] => [
    node('Slice', ['rows', 'start', `${name}_end`, 'axis'], `${name}_part`),
    node('Cast', [`${name}_part`], `${name}_cast`, { to: onnxTypes[type] }),
    node('Reshape', [`${name}_cast`, `${name}_shape`], name),
  ];
  const integers = (name: string, ...values: number[]): Initializer => ({
    name,
    type: 'int64',
    shape: [values.length],
    values: () => BigInt64Array.from(values, BigInt),
  });
  return {
    name: 'foreign',
    nodes: [
      node('Reshape', ['pixels', 'rows_shape'], 'rows'),
      ...part('indices', indicesType),
      ...part('codes', codesType),
    ],
    inputs: [{ name: 'pixels', type: 'float32', shape: ['batch', 8, 8, 3] }],
    outputs: [
      { name: 'indices', type: indicesType, shape: ['batch', 4] },
      { name: 'codes', type: codesType, shape: ['batch', 4, 4] },
    ],
    initializers: [
      integers('rows_shape', 0, 192),
      integers('start', 0),
      integers('axis', 1),
      integers('indices_end', 4),
      integers('indices_shape', 0, 4),
      integers('codes_end', codesEnd),
      integers('codes_shape', 0, 4, 4),
    ],
  };
}

/** Counts sessions that are open. */
function watchSessions(): () => number {
  let open = 0;
  const create = InferenceSession.create.bind(InferenceSession) as (
    path: string,
  ) => Promise<InferenceSession>;
  vi.spyOn(InferenceSession, 'create').mockImplementation(async (...given: unknown[]) => {
    const session = await create(...(given as [string]));
    open += 1;
    const release = session.release.bind(session);
    session.release = () => {
      open -= 1;
      return release();
    };
    return session;
  });
  return () => open;
}

describe('checkPorts', () => {
  beforeAll(() => useTestBackend('cpu'));
  afterEach(() => vi.restoreAllMocks());

  it('finds a config out that is not of the graphs, and leaves neither sessions nor tensors behind', async () => {
    const folder = await exportedTokenizer();
    const open = watchSessions();
    const before = tf.memory().numTensors;
    await edit(folder, (config) => ({ ...config, dataset: { preprocessing: { crop_size: 16 } } }));
    const tokenizer = await OnnxTokenizer.load(folder);
    await expect(tokenizer.prepare(['encode'])).rejects.toThrow(
      `loadOnnx: encode.onnx of ${folder} must take pixels float32 [batch, 16, 16, 3], got float32 [batch, 8, 8, 3]. Its config and its graph are not of one model: export the model again.`,
    );
    await expect(tokenizer.prepare(['decode'])).rejects.toThrow(
      /must give pixels float32 \[batch, 16, 16, 3\]/,
    );
    expect(open()).toBe(0);
    await tokenizer.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('finds graphs of another model out under the right names', async () => {
    const open = watchSessions();
    const [folder, other] = [await exportedTokenizer(), await exportedTokenizer({ num_latent_tokens: 8 })];
    for (const name of ['decode.onnx', 'decode.onnx.data']) {
      await copyFile(join(other, name), join(folder, name));
    }
    const tokenizer = await OnnxTokenizer.load(folder);
    await expect(tokenizer.decodeIndices(Int32Array.of(1, 2, 3, 4))).rejects.toThrow(
      /must take indices int32 \[batch, 4\], got int32 \[batch, 8\]\./,
    );
    await tokenizer.dispose();

    const [step, wider] = [await exportedGenerator(), await exportedGenerator({ vocab_size: 13 })];
    for (const name of ['step.onnx', 'step.onnx.data']) {
      await copyFile(join(wider, name), join(step, name));
    }
    await expect(OnnxGenerator.load(step)).rejects.toThrow(
      /must give logits float32 \[batch, length, 12\], got float32 \[batch, length, 13\]\./,
    );
    expect(open()).toBe(0);
  });

  it('finds layers out that the config has no caches for', async () => {
    const open = watchSessions();
    const folder = await exportedGenerator();
    await edit(folder, (config) => ({ ...config, n_layer: 1 }));
    await expect(OnnxGenerator.load(folder)).rejects.toThrow(
      /must take nothing but rows, .*, got past_keys\.1 too\./,
    );
    await edit(folder, (config) => ({ ...config, n_layer: 3 }));
    await expect(OnnxGenerator.load(folder)).rejects.toThrow(
      /must take past_keys\.2 float32 \[batch, 2, past, 8\], got rows, positions, visible_keys and others\./,
    );
    expect(open()).toBe(0);
  });

  it.each([
    ['int64', 'float32', /must give indices int32 \[batch, 4\], got int64 \[batch, 4\]\./],
    ['int32', 'float16', /must give codes float32 \[batch, 4, 4\], got float16 \[batch, 4, 4\]\./],
  ] as const)('finds outputs of the types %s and %s out', async (indices, codes, message) => {
    const folder = await exportedTokenizer();
    const open = watchSessions();
    await saveOnnx(join(folder, 'encode.onnx'), encoderOf(indices, codes));
    const tokenizer = await OnnxTokenizer.load(folder);
    await expect(tokenizer.encode(PICTURE)).rejects.toThrow(message);
    expect(open()).toBe(0);
    await saveOnnx(join(folder, 'encode.onnx'), encoderOf('int32', 'float32'));
    const right = await OnnxTokenizer.load(folder);
    expect((await right.encode(PICTURE)).indices).toEqual(new Int32Array(4));
    await right.dispose();
    expect(open()).toBe(0);
  });

  it('says in one line where a graph fails while it runs', async () => {
    const folder = await exportedTokenizer();
    // 15 values make no [batch, 4, 4].
    await saveOnnx(join(folder, 'encode.onnx'), encoderOf('int32', 'float32', 15));
    const tokenizer = await OnnxTokenizer.load(folder);
    await expect(tokenizer.encode(PICTURE)).rejects.toThrow(
      /^runOnnx: encode\.onnx of [^\n]+ failed while it ran \([^\n]+\)\. Run fewer [^\n]+\.$/,
    );
    await tokenizer.dispose();
  });

  it('refuses sizes that no model has before it opens a graph', async () => {
    const open = watchSessions();
    const generator = await exportedGenerator();
    await edit(generator, (config) => ({ ...config, n_layer: 1e9 }));
    await expect(OnnxGenerator.load(generator)).rejects.toThrow(/n_layer: must be at most 1,000/);
    await edit(generator, (config) => ({ ...config, n_layer: 2, block_size: 2 ** 30 }));
    await expect(OnnxGenerator.load(generator)).rejects.toThrow(ConfigError);
    const tokenizer = await exportedTokenizer();
    await edit(tokenizer, (config) => ({ ...config, dataset: { preprocessing: { crop_size: 2 ** 30 } } }));
    await expect(OnnxTokenizer.load(tokenizer)).rejects.toThrow(/crop_size: must be at most 16,384/);
    expect(vi.mocked(InferenceSession.create)).not.toHaveBeenCalled();
    expect(open()).toBe(0);
  });
});
