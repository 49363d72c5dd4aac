import { CheckpointError } from '@restok/core';
import type { HubId } from './hub-id';
import { readWhole } from './response-body';
import { retrying } from './retrying';
import { mayPass, troubleOf } from './server-trouble';
import type { TimeLimit } from './time-limit';
import { watched } from './time-limit';

/** How a hub is reached. */
export interface HubAccess {
  /** Without a slash at the end. */
  readonly endpoint: string;
  /** Sent to the endpoint and to nobody else: they may hold a token. */
  readonly headers: Readonly<Record<string, string>>;
  /** What to do without a token about a model that needs one, as the end of a sentence. */
  readonly withoutToken: string;
  readonly timeLimit: TimeLimit;
  readonly signal?: AbortSignal;
}

/**
 * `fetch` for the answers of a hub's API: with the access's headers, tried again, within its time limit, read whole.
 *
 * @param model what errors are about.
 * @throws CheckpointError for an answer that is no success, saying what to do about it.
 */
export function hubFetch(access: HubAccess, model: HubId): typeof fetch {
  return (input) => {
    const address = input instanceof Request ? input.url : String(input);
    return retrying(withoutQuery(address), access.signal, () =>
      watched(access.timeLimit, access.signal, async ({ signal, onBytes }) => {
        const response = await fetch(address, { headers: headersFor(address, access), signal });
        if (!response.ok) {
          throw await hubFailure(response, model, access);
        }
        const bytes = await readWhole(response, withoutQuery(address), onBytes);
        const link = response.headers.get('link');
        return new Response(new Uint8Array(bytes), { headers: link === null ? {} : { link } });
      }),
    );
  };
}

/** The access's headers for an address of its endpoint, none for any other. */
export function headersFor(address: string, { endpoint, headers }: HubAccess): Record<string, string> {
  return new URL(address).origin === new URL(endpoint).origin ? { ...headers } : {};
}

/** Address of a file of a model. */
export function fileAddress({ endpoint }: HubAccess, model: string, commit: string, path: string): string {
  return `${endpoint}/${model}/resolve/${commit}/${path.split('/').map(encodeURIComponent).join('/')}`;
}

/** The error for an answer that is no success; its body is dropped. */
export async function hubFailure(
  response: Response,
  { name, revision }: HubId,
  { endpoint, headers, withoutToken }: HubAccess,
): Promise<Error> {
  const { status } = response;
  const code = response.headers.get('x-error-code');
  await response.body?.cancel();
  if (mayPass(status)) {
    return troubleOf(response);
  }
  const hasToken = Object.keys(headers).some((header) => header.toLowerCase() === 'authorization');
  const token = hasToken ? 'Check that the token may read it' : withoutToken;
  if (code === 'GatedRepo') {
    return problem(`${name} is gated. Accept its terms at ${endpoint}/${name}, then: ${token}.`, status);
  }
  if (code === 'RevisionNotFound') {
    return problem(`${name} has no revision ${revision}. Check its branches and tags.`, status);
  }
  if (status === 401 || status === 403 || status === 404) {
    return problem(
      `there is no folder ${name} here, and no model of that name at ${endpoint} that may be read (it answered ${status}). Check the name. Where the model is private: ${token}.`,
      status,
    );
  }
  return problem(`${endpoint} answered ${status} for ${name}. Check the name and the endpoint.`, status);
}

function problem(text: string, status: number): CheckpointError {
  return new CheckpointError(`openHub: ${text}`, { status });
}

/** For messages: a query may hold a key. */
function withoutQuery(address: string): string {
  return address.replace(/\?.*$/s, '');
}
