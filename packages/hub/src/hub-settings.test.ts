import { writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../test/temporary-folder';
import { hubSettings } from './hub-settings';

const at = temporaryFolder();

describe('hubSettings', () => {
  it.each([
    [{}, join(homedir(), '.cache/huggingface/hub')],
    [{ XDG_CACHE_HOME: '/x' }, '/x/huggingface/hub'],
    [{ XDG_CACHE_HOME: '/x', HF_HOME: '/h' }, '/h/hub'],
    [{ HF_HOME: '/h', HUGGINGFACE_HUB_CACHE: '/old' }, '/old'],
    [{ HUGGINGFACE_HUB_CACHE: '/old', HF_HUB_CACHE: '/c' }, '/c'],
    [{ HF_HUB_CACHE: '~/c' }, join(homedir(), 'c')],
    [{ HF_HUB_CACHE: '$DISK/${SUB}/$NONE', DISK: '/d', SUB: 's' }, '/d/s/$NONE'],
    [{ HF_HUB_CACHE: '', HF_HOME: '/h' }, '/h/hub'],
  ])('finds the cache as huggingface_hub does: %o', async (environment, cache) => {
    expect((await hubSettings({}, { HF_TOKEN_PATH: at('none'), ...environment })).cache).toBe(cache);
  });

  it('takes the endpoint of the options, of HF_ENDPOINT, or that of Hugging Face', async () => {
    const endpointOf = async (endpoint?: string, given?: string): Promise<string> =>
      (await hubSettings({ endpoint }, { HF_ENDPOINT: given, HF_TOKEN_PATH: at('none') })).access.endpoint;
    expect(await endpointOf()).toBe('https://huggingface.co');
    expect(await endpointOf(undefined, 'http://mirror/hf/')).toBe('http://mirror/hf');
    expect(await endpointOf('http://other', 'http://mirror')).toBe('http://other');
    await expect(endpointOf('nonsense')).rejects.toThrow('not a valid address');
    await expect(endpointOf('https://me:secret@host')).rejects.not.toThrow('secret');
  });

  it('finds the token in HF_TOKEN, then in the token file', async () => {
    await writeFile(at('token'), ' hf_file\n');
    const headersOf = async (
      environment: Record<string, string>,
    ): Promise<Readonly<Record<string, string>>> =>
      (await hubSettings({}, { HF_HOME: at(), ...environment })).access.headers;
    expect(await headersOf({})).toEqual({ Authorization: 'Bearer hf_file' });
    expect(await headersOf({ HF_TOKEN: 'hf_a' })).toEqual({ Authorization: 'Bearer hf_a' });
    expect(await headersOf({ HF_TOKEN_PATH: at('none') })).toEqual({});
    expect(await headersOf({ HF_HUB_DISABLE_IMPLICIT_TOKEN: '1' })).toEqual({});
    await expect(headersOf({ HF_TOKEN: 'hf_a\nX-Other: 1' })).rejects.toThrow('the token must be one word');
    await expect(headersOf({ HF_TOKEN: 'hf_a\nX-Other: 1' })).rejects.not.toThrow('hf_a');
  });

  it('lets given headers win, and reads switches and the time limit', async () => {
    const { access, offline } = await hubSettings(
      { headers: { Authorization: 'Bearer mine' } },
      { HF_TOKEN: 'hf_a', HF_HUB_OFFLINE: 'ON', HF_HUB_DOWNLOAD_TIMEOUT: '5' },
    );
    expect(access.headers).toEqual({ Authorization: 'Bearer mine' });
    expect(access.timeLimit.milliseconds).toBe(5000);
    expect(offline).toBe(true);
    expect((await hubSettings({}, { HF_HUB_OFFLINE: '0' })).offline).toBe(false);
  });
});
