import { CheckpointError } from '@restok/core';
import type { HubId } from './hub-id';
import type { HubFile } from './hub-listing';
import type { HubAccess } from './hub-request';
import { headersFor, hubFailure } from './hub-request';
import { chunksOf } from './response-body';
import { retrying, TransientError } from './retrying';
import { watched } from './time-limit';

/** An array may be longer, but hardly any page may hold more. */
const MAX_BYTES = 4 * 2 ** 30;

/**
 * Downloads a file of a hub into memory, in a page. After a cut the rest is asked for. The checksum is checked where the
 * page may compute one: over https and on the same machine.
 *
 * @throws CheckpointError when the server fails for good, or the checksum is another one.
 */
export async function downloadToMemory({
  file,
  model,
  access,
  address,
  onBytes,
}: {
  readonly file: HubFile;
  readonly model: HubId;
  readonly access: HubAccess;
  readonly address: string;
  readonly onBytes: (count: number) => void;
}): Promise<Blob> {
  if (file.bytes > MAX_BYTES) {
    throw new CheckpointError(
      `openHub: ${file.path} of ${model.name} has ${file.bytes} bytes, too many for a page. Use a smaller model.`,
    );
  }
  const bytes = new Uint8Array(file.bytes);
  let position = 0;
  while (position < bytes.length) {
    await retrying(address, access.signal, () =>
      watched(access.timeLimit, access.signal, async (watch) => {
        const range = position === 0 ? undefined : `bytes=${position}-`;
        const response = await fetch(address, {
          headers: { ...headersFor(address, access), ...(range !== undefined && { Range: range }) },
          signal: watch.signal,
        });
        if (!response.ok) {
          throw await hubFailure(response, model, access);
        }
        if (response.status !== 206) {
          onBytes(-position);
          position = 0;
        }
        for await (const chunk of chunksOf(response)) {
          if (position + chunk.length > bytes.length) {
            throw new CheckpointError(
              `openHub: ${file.path} is longer than the ${file.bytes} bytes it should have. Try again later.`,
            );
          }
          bytes.set(chunk, position);
          position += chunk.length;
          watch.onBytes(chunk.length);
          onBytes(chunk.length);
        }
        if (position < bytes.length) {
          throw new TransientError(`it gave ${position} of ${bytes.length} bytes`);
        }
      }),
    );
  }
  await check(bytes, file, model);
  return new Blob([bytes]);
}

async function check(bytes: Uint8Array<ArrayBuffer>, file: HubFile, model: HubId): Promise<void> {
  // TypeScript takes it for given, but pages over plain http do not have it.
  const subtle = globalThis.crypto.subtle as SubtleCrypto | undefined;
  if (subtle === undefined) {
    return;
  }
  const digest =
    file.checksumKind === 'sha256'
      ? await subtle.digest('SHA-256', bytes)
      : await subtle.digest('SHA-1', await new Blob([`blob ${bytes.length}\0`, bytes]).arrayBuffer());
  const actual = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
  if (actual !== file.checksum) {
    throw new CheckpointError(
      `openHub: ${file.path} of ${model.name} has the checksum ${actual}, expected ${file.checksum}. Try again, and do not use this hub if it stays so.`,
      { expected: file.checksum, actual },
    );
  }
}
