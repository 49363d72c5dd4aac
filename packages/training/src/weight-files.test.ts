import { mkdir, writeFile } from 'node:fs/promises';
import { CheckpointError } from '@restok/core';
import { encodeSafetensors } from '@restok/hub';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../test/tiny-training';
import { openWeightFiles, renamedWeights } from './weight-files';

describe('openWeightFiles', () => {
  const at = temporaryFolder();

  async function write(path: string, tensors: Record<string, number>): Promise<string> {
    const list = Object.entries(tensors).map(([name, value]) => ({
      name,
      shape: [1],
      values: () => Promise.resolve(Float32Array.of(value)),
    }));
    await writeFile(path, await encodeSafetensors(list));
    return path;
  }

  it('reads several files as one, the first of two equal names, and a folder by its model.safetensors', async () => {
    await mkdir(at('folder'));
    await write(at('folder', 'model.safetensors'), { a: 1, b: 2 });
    const weights = await openWeightFiles([
      at('folder'),
      await write(at('more.safetensors'), { b: 3, c: 4 }),
    ]);
    expect([...weights.entries.keys()].sort()).toEqual(['a', 'b', 'c']);
    expect(await Promise.all(['a', 'b', 'c'].map((name) => weights.read(name)))).toEqual(
      [1, 2, 4].map((value) => Float32Array.of(value)),
    );
    await weights.close();
  });

  it('throws CheckpointError in one line for a file that is not there', async () => {
    const file = await write(at('whole.safetensors'), { a: 1 });
    await expect(openWeightFiles([file, at('nowhere.safetensors')])).rejects.toThrow(CheckpointError);
  });

  it('gives weights other names and leaves some out', async () => {
    const stored = await openWeightFiles([await write(at('named.safetensors'), { 'x.a': 5, y: 6 })]);
    const weights = renamedWeights(stored, (name) => (name.startsWith('x.') ? name.slice(2) : undefined));
    expect([...weights.entries.keys()]).toEqual(['a']);
    expect(await weights.read('a')).toEqual(Float32Array.of(5));
    await weights.close();
  });
});
