import type { WeightEntry, WeightReader } from '@restok/core';
import { CheckpointError } from '@restok/core';
import type { ModelSource } from './model-source';
import { quoteName } from './quote-name';
import { missingTensor, SafetensorsFile } from './safetensors-file';
import { readShardIndex } from './shard-index';

/**
 * Opens `model.safetensors.index.json` and the shards that it names as one file.
 *
 * @throws CheckpointError when the index is malformed, or a shard is missing, invalid or lacks a tensor that the
 *   index puts there.
 */
export async function openShardedSafetensors(source: ModelSource, indexPath: string): Promise<WeightReader> {
  const name = `${source.description}/${indexPath}`;
  const shardOf = await readShardIndex(source, indexPath);
  const shards = new Map<string, SafetensorsFile>();
  for (const shard of new Set(shardOf.values())) {
    if ((await source.size(shard)) === undefined) {
      throw new CheckpointError(
        `openShardedSafetensors: ${source.description} lacks ${quoteName(shard)}, which ${indexPath} names. Get that file, too.`,
      );
    }
    shards.set(shard, await SafetensorsFile.open(source, shard));
  }
  const readable = new Map([...shards].map(([shard, file]) => [shard, file.entries()]));
  const entries = new Map<string, WeightEntry>();
  for (const [tensor, shard] of shardOf) {
    if (!shards.get(shard)!.has(tensor)) {
      throw new CheckpointError(
        `openShardedSafetensors: ${shard} lacks ${quoteName(tensor)}, which ${name} puts there. Get both again.`,
      );
    }
    const entry = readable.get(shard)!.get(tensor);
    if (entry !== undefined) {
      entries.set(tensor, entry);
    }
  }
  return {
    entries,
    read: (tensor) => {
      const file = shards.get(shardOf.get(tensor) ?? '');
      return file === undefined ? Promise.reject(missingTensor(name, tensor)) : file.read(tensor);
    },
    close: () => source.close(),
  };
}
