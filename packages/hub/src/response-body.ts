import { CheckpointError } from '@restok/core';
import { TransientError } from './retrying';

/** Without ranges a file is held whole; larger ones are refused. */
const MAX_WHOLE_BYTES = 4 * 2 ** 30;

/**
 * Reads a body of known length into one array as it arrives, so that it is in memory once.
 *
 * @param file what errors call it.
 * @param onBytes told of all bytes that arrive.
 * @throws TransientError when the body is shorter or longer.
 */
export async function readExactly(
  response: Response,
  length: number,
  file: string,
  onBytes?: (count: number) => void,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let position = 0;
  for await (const chunk of chunksOf(response)) {
    if (position + chunk.length > length) {
      throw new TransientError(`${file} gave more than ${length} bytes`);
    }
    bytes.set(chunk, position);
    position += chunk.length;
    onBytes?.(chunk.length);
  }
  if (position !== length) {
    throw new TransientError(`${file} gave ${position} bytes instead of ${length}`);
  }
  return bytes;
}

/**
 * Reads a whole file from a server that has no ranges.
 *
 * @throws CheckpointError when it is too large to be held.
 */
export async function readWhole(
  response: Response,
  file: string,
  onBytes?: (count: number) => void,
): Promise<Uint8Array> {
  const length = response.headers.get('content-length');
  if (length !== null && Number(length) > MAX_WHOLE_BYTES) {
    await response.body?.cancel();
    throw tooLarge(file);
  }
  if (length !== null && response.headers.get('content-encoding') === null) {
    return readExactly(response, Number(length), file, onBytes);
  }
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of chunksOf(response)) {
    total += chunk.length;
    onBytes?.(chunk.length);
    if (total > MAX_WHOLE_BYTES) {
      throw tooLarge(file);
    }
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(total);
  let position = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, position);
    position += chunk.length;
  }
  return bytes;
}

/** The pieces of a body as they arrive. Not every browser can iterate over a stream. Whoever stops early ends the transfer. */
export async function* chunksOf(response: Response): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  if (reader === undefined) {
    return;
  }
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      yield part.value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function tooLarge(file: string): CheckpointError {
  return new CheckpointError(
    `read: ${file} is larger than ${MAX_WHOLE_BYTES / 2 ** 30} GiB, and its server has no ranges. Download it and pass the folder.`,
  );
}
