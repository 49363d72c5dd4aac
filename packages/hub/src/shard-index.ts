import { CheckpointError } from '@restok/core';
import { duplicateKeys } from './duplicate-keys';
import type { ModelSource } from './model-source';
import { quoteName } from './quote-name';
import { checkRelativePath } from './relative-path';

/** Larger indices are refused; that of a model with a million tensors fits. */
const MAX_INDEX_BYTES = 100_000_000;

/**
 * Reads `weight_map` of a sharded model: which file holds which tensor.
 *
 * @returns file names by the tensors' names.
 * @throws CheckpointError when the index is missing or malformed, or a name leaves the model's folder.
 */
export async function readShardIndex(source: ModelSource, path: string): Promise<Map<string, string>> {
  const name = `${source.description}/${path}`;
  const size = await source.size(path);
  if (size === undefined) {
    throw new CheckpointError(`openShardedSafetensors: ${name} does not exist. Check the path.`);
  }
  if (size > MAX_INDEX_BYTES) {
    throw malformed(name, `holds ${size} bytes, too many for an index`);
  }
  const map = parseWeightMap(await source.read(path, 0, size), name);
  for (const shard of new Set(map.values())) {
    checkRelativePath(shard, source.description);
  }
  return map;
}

function parseWeightMap(bytes: Uint8Array, name: string): Map<string, string> {
  let text: string;
  let parsed: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    parsed = JSON.parse(text);
  } catch {
    throw malformed(name, 'is not JSON');
  }
  const [duplicate] = duplicateKeys(text);
  if (duplicate !== undefined) {
    throw malformed(name, `names ${quoteName(duplicate)} twice`);
  }
  const { weight_map: map } = (parsed ?? {}) as { weight_map?: unknown };
  if (typeof map !== 'object' || map === null || Array.isArray(map)) {
    throw malformed(name, 'has no weight_map of file names');
  }
  const entries = Object.entries(map as Record<string, unknown>);
  if (
    entries.length === 0 ||
    !entries.every((entry): entry is [string, string] => typeof entry[1] === 'string')
  ) {
    throw malformed(name, 'has no weight_map of file names');
  }
  return new Map(entries);
}

function malformed(name: string, problem: string): CheckpointError {
  return new CheckpointError(`openShardedSafetensors: ${name} ${problem}. Get the file again.`);
}
