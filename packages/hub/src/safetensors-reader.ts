import type { WeightDtype, WeightEntry, WeightReader } from '@restok/core';
import { CheckpointError } from '@restok/core';
import { widenBfloat16, widenFloat16 } from './half-precision';
import type { ModelSource } from './model-source';
import type { SafetensorsEntry } from './safetensors-header';
import { headerLength, LENGTH_BYTES, parseHeader } from './safetensors-header';

const READABLE: readonly string[] = ['F32', 'F16', 'BF16'] satisfies WeightDtype[];

/**
 * Opens a safetensors file: reads and checks its header, and each tensor when it is asked for.
 *
 * @throws CheckpointError when there is no such file or its header is invalid.
 */
export async function openSafetensors(source: ModelSource, path: string): Promise<WeightReader> {
  const name = `${source.description}/${path}`;
  const fileSize = await source.size(path);
  if (fileSize === undefined) {
    throw new CheckpointError(`openSafetensors: ${name} does not exist. Check the path.`);
  }
  if (fileSize < LENGTH_BYTES) {
    throw new CheckpointError(`openSafetensors: ${name} holds only ${fileSize} bytes. Get the file again.`);
  }
  const length = headerLength(await source.read(path, 0, LENGTH_BYTES), fileSize, name);
  const header = parseHeader(await source.read(path, LENGTH_BYTES, LENGTH_BYTES + length), fileSize, name);
  const entries = new Map<string, WeightEntry>();
  for (const [tensor, { dtype, shape }] of header) {
    if (READABLE.includes(dtype)) {
      entries.set(tensor, { dtype: dtype as WeightDtype, shape });
    }
  }
  return {
    entries,
    read: async (tensor) => {
      const entry = header.get(tensor);
      if (entry === undefined || !READABLE.includes(entry.dtype)) {
        throw new CheckpointError(
          `read: ${name} holds no readable tensor "${tensor}". Use a file of this model.`,
        );
      }
      return widen(await source.read(path, entry.start, entry.end), entry);
    },
    close: () => source.close(),
  };
}

/**
 * Opens `model.safetensors.index.json` and the shards that it names as one file.
 *
 * @throws CheckpointError when the index is malformed or a shard lacks a tensor.
 */
export async function openShardedSafetensors(source: ModelSource, indexPath: string): Promise<WeightReader> {
  const name = `${source.description}/${indexPath}`;
  const shardOf = await readWeightMap(source, indexPath, name);
  const shards = new Map<string, WeightReader>();
  for (const shard of new Set(shardOf.values())) {
    shards.set(shard, await openSafetensors(source, shard));
  }
  const entries = new Map<string, WeightEntry>();
  for (const [tensor, shard] of shardOf) {
    const entry = shards.get(shard)!.entries.get(tensor);
    if (entry === undefined) {
      throw new CheckpointError(
        `openShardedSafetensors: ${shard} lacks "${tensor}", which ${name} puts there. Get both again.`,
      );
    }
    entries.set(tensor, entry);
  }
  return {
    entries,
    read: (tensor) => shards.get(shardOf.get(tensor) ?? '')?.read(tensor) ?? missing(name, tensor),
    close: () => source.close(),
  };
}

function missing(name: string, tensor: string): Promise<never> {
  return Promise.reject(
    new CheckpointError(`read: ${name} holds no tensor "${tensor}". Use a file of this model.`),
  );
}

async function readWeightMap(source: ModelSource, path: string, name: string): Promise<Map<string, string>> {
  const size = (await source.size(path)) ?? 0;
  let map: unknown;
  try {
    const text = new TextDecoder().decode(await source.read(path, 0, size));
    map = (JSON.parse(text) as { weight_map?: unknown }).weight_map;
  } catch {
    map = undefined;
  }
  const isMap =
    typeof map === 'object' && map !== null && Object.values(map).every((shard) => typeof shard === 'string');
  if (!isMap) {
    throw new CheckpointError(
      `openShardedSafetensors: ${name} has no weight_map of file names. Get the file again.`,
    );
  }
  return new Map(Object.entries(map as Record<string, string>));
}

function widen(bytes: Uint8Array, entry: SafetensorsEntry): Float32Array {
  const { buffer, byteOffset } = bytes;
  if (entry.dtype === 'F32') {
    return new Float32Array(buffer, byteOffset, bytes.length / 4);
  }
  const halves = new Uint16Array(buffer, byteOffset, bytes.length / 2);
  return entry.dtype === 'F16' ? widenFloat16(halves) : widenBfloat16(halves);
}
