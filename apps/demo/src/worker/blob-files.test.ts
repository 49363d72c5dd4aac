import { encodeSafetensors } from '@restok/hub';
import { describe, expect, it } from 'vitest';
import { openFiles } from './blob-files';

async function modelFiles(folder = '') {
  const weights = await encodeSafetensors([{ name: 'w', shape: [2], values: () => Float32Array.of(1, 2) }]);
  return [
    { path: `${folder}config.json`, blob: new Blob(['{"name": "small"}']) },
    { path: `${folder}model.safetensors`, blob: new Blob([Uint8Array.from(weights)]) },
  ];
}

describe('openFiles', () => {
  it('reads config and weights of a folder, wherever it lies', async () => {
    const { config, weights } = await openFiles(await modelFiles('some/where/'));
    expect(config).toEqual({ name: 'small' });
    expect([...(await weights.read('w'))]).toEqual([1, 2]);
  });

  it('takes the files beside the first config only', async () => {
    const other = { path: 'other/model.safetensors', blob: new Blob(['not one']) };
    const { weights } = await openFiles([other, ...(await modelFiles('mine/'))]);
    expect([...weights.entries.keys()]).toEqual(['w']);
  });

  it('says what is missing', async () => {
    const [config, weights] = await modelFiles();
    await expect(openFiles([weights!])).rejects.toThrow('must hold config.json');
    await expect(openFiles([config!])).rejects.toThrow('must hold model.safetensors');
    const pickle = { path: 'model.pt', blob: new Blob(['x']) };
    await expect(openFiles([config!, pickle])).rejects.toThrow('a pickle, which could run code');
  });

  it('refuses weights that are cut off', async () => {
    const [config, weights] = await modelFiles();
    const cut = { path: 'model.safetensors', blob: weights!.blob.slice(0, -4) };
    await expect(openFiles([config!, cut])).rejects.toThrow();
  });
});
