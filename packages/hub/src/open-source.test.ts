import { mkdir, writeFile } from 'node:fs/promises';
import { CheckpointError } from '@restok/core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { COMMIT, fakeHub } from '../test/hub-server';
import { temporaryFolder } from '../test/temporary-folder';
import { openSource } from './open-source';

const at = temporaryFolder();
const hub = await fakeHub();

describe('openSource', () => {
  beforeAll(async () => {
    await mkdir(at('model'));
    await writeFile(at('model', 'other.safetensors'), '');
  });

  it.each([
    ['https://host/m', 'https://host/m', undefined],
    ['HTTP://host/m/', 'http://host/m', undefined],
    ['https://host/m/x.safetensors', 'https://host/m', 'x.safetensors'],
    ['https://host/m/my%20model.safetensors?download=true', 'https://host/m', 'my model.safetensors'],
    ['https://host/m/x.safetensors.index.json', 'https://host/m', 'x.safetensors.index.json'],
    ['https://host/model.safetensors', 'https://host', 'model.safetensors'],
    ['https://host/m/%zz.safetensors', 'https://host/m/%zz.safetensors', undefined],
  ])('takes the address %s', async (spec, description, file) => {
    const opened = await openSource(spec);
    expect({ description: opened.source.description, file: opened.file }).toEqual({ description, file });
  });

  it('takes a folder or a file in it', async () => {
    expect((await openSource(at('model'))).file).toBeUndefined();
    const { source, file } = await openSource(at('model', 'other.safetensors'));
    expect({ description: source.description, file }).toEqual({
      description: at('model'),
      file: 'other.safetensors',
    });
  });

  it('takes a hub id, unless a folder has that name', async () => {
    hub.models.set('owner/small@main', {
      commit: COMMIT,
      files: { 'config.json': '{}', 'model.safetensors': 'weights' },
    });
    const options = { endpoint: hub.address, timeLimit: { milliseconds: 5000, minBytes: 1 } };
    vi.stubEnv('HF_HUB_CACHE', at('cache'));
    vi.stubEnv('HF_TOKEN_PATH', at('no-token'));
    const { source } = await openSource('owner/small', options);
    expect(source.description).toBe(at('cache/models--owner--small/snapshots', COMMIT));
    expect(await source.size('model.safetensors')).toBe(7);
    await source.close();
    hub.reset();
    await mkdir(at('owner/small'), { recursive: true });
    const before = process.cwd();
    process.chdir(at());
    try {
      expect((await openSource('owner/small', options)).source.description).toBe('owner/small');
    } finally {
      process.chdir(before);
      vi.unstubAllEnvs();
    }
    expect(hub.requests).toEqual([]);
  });

  it('says that no folder has the name where the hub has no such model either', async () => {
    const options = { endpoint: hub.address, timeLimit: { milliseconds: 5000, minBytes: 1 } };
    vi.stubEnv('HF_HUB_CACHE', at('other-cache'));
    vi.stubEnv('HF_TOKEN_PATH', at('no-token'));
    try {
      await expect(openSource('models/mistyped', options)).rejects.toThrow(CheckpointError);
      await expect(openSource('models/mistyped', options)).rejects.toThrow(
        '(No folder models/mistyped is here, so it is looked for on the hub.)',
      );
    } finally {
      hub.reset();
      vi.unstubAllEnvs();
    }
  });

  it.each([
    ['', 'openSource: a model must be named by a model folder, its https URL or a hub id, got "". Pass one.'],
    ['https://', 'openSource: https:// is not a valid address. Correct it.'],
    ['https://me:secret@host/m', 'openSource: the address of host must not hold a name or password. Pass an'],
    [
      './no/such/folder',
      'openSource: ./no/such/folder does not exist. Pass a model folder, its https URL or a hub id.',
    ],
  ])('refuses %s and says what to pass', async (spec, problem) => {
    await expect(openSource(spec)).rejects.toThrow(CheckpointError);
    await expect(openSource(spec)).rejects.toThrow(problem);
    await expect(openSource(spec)).rejects.not.toThrow('secret');
  });
});
