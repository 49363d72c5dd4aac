import { mkdir, truncate, writeFile } from 'node:fs/promises';
import { CheckpointError, ConfigError } from '@restok/core';
import { describe, expect, it } from 'vitest';
import { loopbackServer, sendRange } from '../test/loopback-server';
import { f32, floatBytes, safetensorsBytes } from '../test/safetensors-bytes';
import { temporaryFolder } from '../test/temporary-folder';
import { openModel } from './open-model';

const at = temporaryFolder();
const WEIGHTS = safetensorsBytes({ a: f32([2], 0, 8) }, floatBytes(1, 2));
const INDEX = JSON.stringify({ weight_map: { a: 'shard.safetensors' } });

let folders = 0;

/** A new folder with some files. */
async function folderOf(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const folder = at(`model-${folders++}`);
  await mkdir(folder);
  await Promise.all(Object.entries(files).map(([name, file]) => writeFile(`${folder}/${name}`, file)));
  return folder;
}

async function contents(spec: string): Promise<unknown> {
  const model = await openModel(spec);
  try {
    return { config: model.config, a: [...(await model.weights.read('a'))] };
  } finally {
    await model.close();
  }
}

describe('openModel', () => {
  it('opens config and weights of a folder', async () => {
    const folder = await folderOf({ 'config.json': '{"size": 1}', 'model.safetensors': WEIGHTS });
    expect(await contents(folder)).toEqual({ config: { size: 1 }, a: [1, 2] });
  });

  it('takes a config in YAML and weights in shards', async () => {
    const folder = await folderOf({
      'config.yaml': 'size: 1_000',
      'model.safetensors.index.json': INDEX,
      'shard.safetensors': WEIGHTS,
    });
    const expected = { config: { size: 1000 }, a: [1, 2] };
    expect(await contents(folder)).toEqual(expected);
    expect(await contents(`${folder}/model.safetensors.index.json`)).toEqual(expected);
  });

  it('takes the weight file that is named', async () => {
    const folder = await folderOf({
      'config.json': '{}',
      'model.safetensors': safetensorsBytes('{}'),
      'ema.safetensors': WEIGHTS,
    });
    expect(await contents(`${folder}/ema.safetensors`)).toEqual({ config: {}, a: [1, 2] });
  });

  it('opens a model behind an address, reading its header and what is asked for', async () => {
    const files = new Map([
      ['/m/config.json', new TextEncoder().encode('{"size": 1}')],
      ['/m/model.safetensors', WEIGHTS],
    ]);
    const { address, requests } = await loopbackServer((request, response) => {
      const file = files.get(request.url!);
      return file === undefined ? response.writeHead(404).end() : sendRange(request, response, file);
    });
    expect(await contents(`${address}/m`)).toEqual({ config: { size: 1 }, a: [1, 2] });
    const dataStart = WEIGHTS.length - 8;
    expect(requests.filter((request) => request.includes('safetensors'))).toEqual([
      'GET /m/model.safetensors bytes=0-0',
      'GET /m/model.safetensors bytes=0-7',
      `GET /m/model.safetensors bytes=8-${dataStart - 1}`,
      `GET /m/model.safetensors bytes=${dataStart}-${dataStart + 7}`,
    ]);
    await expect(openModel(`${address}/n`)).rejects.toThrow(`openModel: ${address}/n holds no config.json.`);
  });

  it.each<[string, Record<string, string | Uint8Array>, string]>([
    ['an empty folder', {}, 'holds no config.json. Pass the folder of a model.'],
    ['a folder without weights', { 'config.json': '{}' }, 'holds no model.safetensors. Pass the folder'],
    [
      'a pickle',
      { 'config.json': '{}', 'pytorch_model.bin': 'x' },
      'holds pytorch_model.bin, a pickle, which could run code and is never read. Convert it in Python',
    ],
    ['a config that is not text', { 'config.json': Uint8Array.of(0xff, 0xfe) }, 'is not text in UTF-8'],
    [
      'weights that are cut off',
      { 'config.json': '{}', 'model.safetensors': WEIGHTS.subarray(0, -1) },
      'cut off',
    ],
  ])('refuses %s in one line', async (_what, files, problem) => {
    const folder = await folderOf(files);
    const opening = openModel(folder);
    await expect(opening).rejects.toThrow(CheckpointError);
    await expect(opening).rejects.toThrow(problem);
    await expect(opening).rejects.toThrow(/^\w+: [^\n]*$/);
  });

  it('names the line of a config that is wrong', async () => {
    const folder = await folderOf({ 'config.json': '{"a": 1,\n"b" ', 'model.safetensors': WEIGHTS });
    await expect(openModel(folder)).rejects.toThrow(ConfigError);
    await expect(openModel(folder)).rejects.toThrow(/config\.json.*line \d/);
  });

  it('does not read a config of a gigabyte', async () => {
    const folder = await folderOf({ 'config.json': '{}' });
    await truncate(`${folder}/config.json`, 2 ** 30);
    await expect(openModel(folder)).rejects.toThrow(
      'config.json is too large for a config. Check the folder.',
    );
  });

  it.each([
    ['last.ckpt', 'holds last.ckpt, a pickle'],
    ['config.json', 'config.json is not a weight file. Pass its folder, or a .safetensors file.'],
  ])('refuses the file %s as weights', async (name, problem) => {
    const folder = await folderOf({ 'config.json': '{}', [name]: '{}' });
    await expect(openModel(`${folder}/${name}`)).rejects.toThrow(problem);
  });
});
