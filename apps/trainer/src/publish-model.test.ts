import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { publishModel } from './publish-model';

describe('publishModel', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'publish-model-test-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function checkpoint(name: string, weights: string, config = '{}'): Promise<string> {
    await mkdir(join(folder, name));
    await writeFile(join(folder, name, 'model.safetensors'), weights);
    await writeFile(join(folder, name, 'config.json'), config);
    await writeFile(join(folder, name, 'state.json'), '');
    return join(folder, name);
  }
  const read = (file: string): Promise<string> => readFile(join(folder, 'model', file), 'utf8');

  it('copies weights and config, and nothing else', async () => {
    expect(await publishModel(await checkpoint('a', '1'), folder)).toBe(join(folder, 'model'));
    expect((await readdir(join(folder, 'model'))).sort()).toEqual(['config.json', 'model.safetensors']);
    expect((await readdir(folder)).sort()).toEqual(['a', 'model']);
  });

  it('exchanges the weights alone beside the same config, so that the folder is always whole', async () => {
    await publishModel(await checkpoint('a', '1'), folder);
    const { ino } = await stat(join(folder, 'model'));
    await publishModel(await checkpoint('b', '2'), folder);
    expect(await read('model.safetensors')).toBe('2');
    expect((await stat(join(folder, 'model'))).ino).toBe(ino);
    expect((await readdir(folder)).sort()).toEqual(['a', 'b', 'model']);
  });

  it('exchanges the folder when the config is another', async () => {
    await publishModel(await checkpoint('a', '1'), folder);
    await publishModel(await checkpoint('b', '2', '{"model":{}}'), folder);
    expect([await read('model.safetensors'), await read('config.json')]).toEqual(['2', '{"model":{}}']);
  });

  it('removes what a killed process left', async () => {
    await mkdir(join(folder, 'unfinished-model-1234'));
    await publishModel(await checkpoint('a', '1'), folder);
    expect((await readdir(folder)).sort()).toEqual(['a', 'model']);
  });

  it('leaves the old model and nothing half-written when it fails', async () => {
    await publishModel(await checkpoint('a', '1'), folder);
    const broken = await checkpoint('b', '2');
    await rm(join(broken, 'config.json'));
    await expect(publishModel(broken, folder)).rejects.toThrow('ENOENT');
    expect(await read('model.safetensors')).toBe('1');
    expect((await readdir(folder)).sort()).toEqual(['a', 'b', 'model']);
  });
});
