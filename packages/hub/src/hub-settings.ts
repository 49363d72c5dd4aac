import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { CheckpointError } from '@restok/core';
import type { HubAccess } from './hub-request';
import type { SourceOptions } from './model-source';
import { DEFAULT_TIME_LIMIT } from './time-limit';
import { parseWebAddress } from './web-address';

/** Where models come from and where they are kept. */
export interface HubSettings {
  readonly access: HubAccess;
  /** Folder of the cache that is shared with Python's huggingface_hub. */
  readonly cache: string;
  /** No request may be made. */
  readonly offline: boolean;
}

const DEFAULT_ENDPOINT = 'https://huggingface.co';
const TRUE = new Set(['1', 'on', 'yes', 'true']);

/** Variables of a process. */
type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the variables that Python's huggingface_hub knows: HF_ENDPOINT, HF_HOME, HF_HUB_CACHE, HF_TOKEN,
 * HF_TOKEN_PATH, HF_HUB_OFFLINE, HF_HUB_DISABLE_IMPLICIT_TOKEN and HF_HUB_DOWNLOAD_TIMEOUT in seconds, with the older
 * names of some.
 *
 * @throws CheckpointError for an endpoint that is no address, and a token that cannot be one.
 * @source https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables
 */
export async function hubSettings(
  { endpoint, headers, timeLimit, signal }: SourceOptions,
  environment: Environment = process.env,
): Promise<HubSettings> {
  const home =
    pathIn(environment, 'HF_HOME') ??
    join(pathIn(environment, 'XDG_CACHE_HOME') ?? join(homedir(), '.cache'), 'huggingface');
  const address = parseWebAddress(endpoint ?? given(environment, 'HF_ENDPOINT') ?? DEFAULT_ENDPOINT);
  const token = isTrue(environment, 'HF_HUB_DISABLE_IMPLICIT_TOKEN')
    ? undefined
    : await findToken(environment, home);
  const seconds = Number(given(environment, 'HF_HUB_DOWNLOAD_TIMEOUT'));
  return {
    access: {
      endpoint: `${address.origin}${address.pathname}`.replace(/\/+$/, ''),
      withoutToken: 'Set HF_TOKEN to a token that may read it',
      headers: { ...(token !== undefined && { Authorization: `Bearer ${token}` }), ...headers },
      timeLimit:
        timeLimit ??
        (seconds > 0 ? { ...DEFAULT_TIME_LIMIT, milliseconds: seconds * 1000 } : DEFAULT_TIME_LIMIT),
      signal,
    },
    cache:
      pathIn(environment, 'HF_HUB_CACHE') ??
      pathIn(environment, 'HUGGINGFACE_HUB_CACHE') ??
      join(home, 'hub'),
    offline: isTrue(environment, 'HF_HUB_OFFLINE') || isTrue(environment, 'TRANSFORMERS_OFFLINE'),
  };
}

async function findToken(environment: Environment, home: string): Promise<string | undefined> {
  const text =
    given(environment, 'HF_TOKEN') ??
    given(environment, 'HUGGING_FACE_HUB_TOKEN') ??
    (await readFile(pathIn(environment, 'HF_TOKEN_PATH') ?? join(home, 'token'), 'utf8').catch(() => ''));
  const token = text.trim();
  if (!/^[\x21-\x7e]*$/.test(token)) {
    throw new CheckpointError(
      'hubSettings: the token must be one word of plain letters, got something else. Check HF_TOKEN and the token file.',
    );
  }
  return token === '' ? undefined : token;
}

/** A variable that is set to nothing is not set. */
function given(environment: Environment, name: string): string | undefined {
  const value = environment[name]?.trim();
  return value === '' ? undefined : value;
}

/** A path, with the home folder and other variables put in as a shell does. */
function pathIn(environment: Environment, name: string): string | undefined {
  return given(environment, name)
    ?.replace(/^~(?=$|[/\\])/, homedir())
    .replace(/\$(?:(\w+)|\{(\w+)\})/g, (text, plain?: string, braced?: string) => {
      return environment[plain ?? braced ?? ''] ?? text;
    });
}

function isTrue(environment: Environment, name: string): boolean {
  return TRUE.has(given(environment, name)?.toLowerCase() ?? '');
}
