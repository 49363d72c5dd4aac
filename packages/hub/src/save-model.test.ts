import { readdir, readFile, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { CheckpointError } from '@restok/core';
import { runKilled } from '@restok/testing';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../test/temporary-folder';
import { openModel } from './open-model';
import { saveModel, writeSafetensors } from './save-model';
import type { TensorToWrite } from './safetensors-writer';
import { encodeSafetensors } from './safetensors-writer';

const at = temporaryFolder();

const tensor = (name: string, ...values: number[]): TensorToWrite => ({
  name,
  shape: [values.length],
  values: () => Float32Array.from(values),
});

const failing: TensorToWrite = {
  name: 'b',
  shape: [1],
  values: () => Promise.reject(new Error('the tensor is disposed')),
};

/** Config and one tensor of a saved model. */
async function saved(folder: string): Promise<unknown> {
  const model = await openModel(folder);
  try {
    return { config: model.config, a: [...(await model.weights.read('a'))] };
  } finally {
    await model.close();
  }
}

describe('writeSafetensors', () => {
  it('writes the bytes that encodeSafetensors gives', async () => {
    const tensors = [tensor('a', 1, 2), tensor('b', 3)];
    await writeSafetensors(at('new', 'x.safetensors'), tensors, { dtype: 'F16' });
    const expected = await encodeSafetensors(tensors, { dtype: 'F16' });
    expect(new Uint8Array(await readFile(at('new', 'x.safetensors')))).toEqual(expected);
  });

  it('keeps the old file and leaves nothing else when a tensor fails', async () => {
    await writeSafetensors(at('kept', 'x'), [tensor('a', 1)]);
    const old = await readFile(at('kept', 'x'));
    await expect(writeSafetensors(at('kept', 'x'), [tensor('a', 2), failing])).rejects.toThrow(
      'the tensor is disposed',
    );
    await expect(writeSafetensors(at('kept', 'x'), [tensor('a', 7e4)], { dtype: 'F16' })).rejects.toThrow(
      'writeSafetensors: "a" holds 70000, which F16 cannot. Save as F32.',
    );
    expect(await readdir(at('kept'))).toEqual(['x']);
    expect(await readFile(at('kept', 'x'))).toEqual(old);
  });
});

describe('saveModel', () => {
  it('writes what openModel opens, and nothing else', async () => {
    await saveModel(at('model'), { config: { size: 64 }, tensors: [tensor('a', 1, 2)] });
    expect(await readdir(at('model'))).toEqual(['config.json', 'model.safetensors']);
    expect(await saved(at('model'))).toEqual({ config: { size: 64 }, a: [1, 2] });
  });

  it('replaces an older model', async () => {
    await saveModel(at('again'), { config: { size: 1 }, tensors: [tensor('a', 1)] });
    await saveModel(at('again'), { config: { size: 2 }, tensors: [tensor('a', 2)] });
    expect(await saved(at('again'))).toEqual({ config: { size: 2 }, a: [2] });
  });

  it('exchanges the weights alone beside the same config', async () => {
    await saveModel(at('same'), { config: { size: 1 }, tensors: [tensor('a', 1)] });
    const { ino } = await stat(at('same', 'config.json'));
    await saveModel(at('same'), { config: { size: 1 }, tensors: [tensor('a', 2)] });
    expect(await readdir(at('same'))).toEqual(['config.json', 'model.safetensors']);
    expect((await stat(at('same', 'config.json'))).ino).toBe(ino);
    expect(await saved(at('same'))).toEqual({ config: { size: 1 }, a: [2] });
  });

  it('keeps the older model when the new one fails', async () => {
    await saveModel(at('older'), { config: { size: 1 }, tensors: [tensor('a', 1)] });
    const attempt = { config: { size: 2 }, tensors: [tensor('a', 2), failing] };
    await expect(saveModel(at('older'), attempt)).rejects.toThrow('the tensor is disposed');
    expect(await readdir(at('older'))).toEqual(['config.json', 'model.safetensors']);
    expect(await saved(at('older'))).toEqual({ config: { size: 1 }, a: [1] });
  });

  it.each([
    ['one that contains itself', (config: Record<string, unknown>) => (config.self = config), 'circular'],
    ['one with a BigInt', (config: Record<string, unknown>) => (config.steps = 1n), 'BigInt'],
  ])('refuses a config that JSON cannot hold, %s, before it writes', async (_what, spoil, problem) => {
    const config = {};
    spoil(config);
    const saving = saveModel(at('no-json'), { config, tensors: [tensor('a', 1)] });
    await expect(saving).rejects.toThrow(CheckpointError);
    await expect(saving).rejects.toThrow(/^saveModel: the config for [^\n]* Pass plain values\.$/);
    await expect(saving).rejects.toThrow(problem);
    await expect(saveModel(at('no-json'), { config: undefined, tensors: [] })).rejects.toThrow(
      'none of the values',
    );
    await expect(readdir(at('no-json'))).rejects.toThrow('ENOENT');
  });

  it('keeps the older model when the process is killed while it writes', async () => {
    await saveModel(at('killed'), { config: { size: 1 }, tensors: [tensor('a', 1)] });
    const signal = await runKilled({
      sources: fileURLToPath(new URL('./node.ts', import.meta.url)),
      folder: at('program'),
      program: `import { saveModel } from './node.mjs';
      const pause = () => new Promise((resolve) => setTimeout(resolve, 60_000));
      await saveModel(${JSON.stringify(at('killed'))}, {
        config: { size: 2 },
        tensors: [
          { name: 'a', shape: [100_000], values: () => new Float32Array(100_000) },
          { name: 'b', shape: [1], values: () => { console.log('half way'); return pause(); } },
        ],
      });`,
    });
    expect(signal).toBe('SIGKILL');
    expect(await saved(at('killed'))).toEqual({ config: { size: 1 }, a: [1] });
    const left = (await readdir(at('killed'))).filter(
      (name) => !/^(config\.json|model\.safetensors)$/.test(name),
    );
    expect(left).toEqual([expect.stringMatching(/^model\.safetensors\..*\.partial$/)]);
  });
});
