import { CheckpointError } from '@restok/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { stubHub } from '../test/hub-environment';
import { COMMIT, fakeHub } from '../test/hub-server';
import { f32, safetensorsBytes } from '../test/safetensors-bytes';
import { temporaryFolder } from '../test/temporary-folder';
import { pullModel } from './pull-model';

const at = temporaryFolder();
const hub = await fakeHub();

const CONFIG = '{"name":"small"}';
const WEIGHTS = safetensorsBytes({ weight: f32([1], 0, 4) }, 4);
const FILES = { 'config.json': CONFIG, 'model.safetensors': WEIGHTS };
const MODEL = 'owner/small';

let tests = 0;

beforeEach(() => {
  stubHub(hub, at(`cache-${tests++}`));
  hub.reset();
  hub.models.set(`${MODEL}@main`, { commit: COMMIT, files: FILES });
});

afterEach(() => vi.unstubAllEnvs());

describe('pullModel, when something is wrong', () => {
  it('says what is wrong with a name, a revision and a model', async () => {
    await expect(pullModel('owner/none')).rejects.toThrow(
      `openHub: there is no folder owner/none here, and no model of that name at ${hub.address} that may be read (it answered 401). Check the name.`,
    );
    await expect(pullModel(`${MODEL}@v9`)).rejects.toThrow('openHub: owner/small has no revision v9.');
    await expect(pullModel('not an id')).rejects.toThrow('pullModel: id must be owner/name');
    await expect(pullModel(MODEL, { revision: '../x' })).rejects.toThrow(
      'must be a branch, a tag or a commit',
    );
    hub.models.set(`${MODEL}@main`, { commit: COMMIT, files: { 'config.json': CONFIG, 'model.pth': 'x' } });
    await expect(pullModel(MODEL)).rejects.toThrow(/holds no model\.safetensors but model\.pth, a pickle/);
    hub.models.set(`${MODEL}@main`, { commit: COMMIT, files: { 'model.safetensors': WEIGHTS } });
    await expect(pullModel(MODEL)).rejects.toThrow('holds no config.json');
  });

  it.each([
    ['../../../evil.safetensors', 'leaves the model folder'],
    ['/etc/passwd', 'leaves the model folder'],
    ['C:\\evil', 'leaves the model folder'],
  ])('refuses a hub that lists %s', async (path, problem) => {
    hub.models.set(`${MODEL}@main`, { commit: COMMIT, files: { ...FILES, [path]: 'x' } });
    await expect(pullModel(MODEL)).rejects.toThrow(problem);
    expect(hub.contentRequests).toEqual([]);
  });

  it.each([
    ['a checksum that is a path', { oid: '../../../../evil', lfs: undefined }],
    ['a size below nothing', { size: -1 }],
    ['a size that is no whole number', { size: 1.5 }],
  ])('refuses a hub that lists %s', async (_what, wrong) => {
    hub.models.set(`${MODEL}@main`, {
      ...{ commit: COMMIT, files: FILES },
      listing: (entry) => (entry.path === 'config.json' ? { ...entry, ...wrong } : entry),
    });
    await expect(pullModel(MODEL)).rejects.toThrow('Do not use this hub.');
  });

  it('refuses a commit that is a path, and shards outside the model', async () => {
    hub.models.set(`${MODEL}@main`, { commit: '../../../evil', files: FILES });
    await expect(pullModel(MODEL)).rejects.toThrow(CheckpointError);
    const index = JSON.stringify({ weight_map: { a: '../../evil.safetensors' } });
    hub.models.set(`${MODEL}@main`, {
      commit: COMMIT,
      files: { 'config.json': CONFIG, 'model.safetensors.index.json': index },
    });
    await expect(pullModel(MODEL)).rejects.toThrow('leaves the model folder');
  });
});
