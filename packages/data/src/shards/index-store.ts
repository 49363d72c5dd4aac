import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { writeAtomically } from '../atomic-file';
import type { ByteSource } from './byte-source';
import { isUrl, openByteSource } from './byte-source';
import type { ShardIndex } from './shard-index';
import { indexShard, shardIndexSchema } from './shard-index';

/** What is kept of a shard, and of which state of it. */
const storedIndex = z.object({
  format: z.literal('restok-shard-index-1'),
  shard: z.string(),
  size: z.number(),
  version: z.string(),
  index: shardIndexSchema,
});

/**
 * The index of a shard: from a folder where it is kept, or made and kept there.
 *
 * @param folder where indices are kept; without it nothing is.
 * @throws DataError when the shard is missing, damaged or cut off.
 */
export async function openShardIndex(shard: string, folder: string | undefined): Promise<ShardIndex> {
  const source = await openByteSource(shard);
  try {
    const path = folder && join(folder, `${nameOf(shard)}.json`);
    const kept = path && (await read(path, source));
    if (kept) {
      return kept;
    }
    const index = await indexShard(source, shard);
    if (path) {
      await keep(path, folder, source, index);
    }
    return index;
  } finally {
    await source.close();
  }
}

/** A shard that was written again has another size or version; a damaged file is made again. */
async function read(path: string, { name, size, version }: ByteSource): Promise<ShardIndex | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) {
    return undefined;
  }
  let parsed;
  try {
    parsed = storedIndex.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
  const isSame = parsed?.shard === name && parsed.size === size && parsed.version === version;
  return isSame ? parsed!.index : undefined;
}

async function keep(
  path: string,
  folder: string,
  { name, size, version }: ByteSource,
  index: ShardIndex,
): Promise<void> {
  const stored: z.infer<typeof storedIndex> = {
    ...{ format: 'restok-shard-index-1', shard: name, size, version },
    index,
  };
  await mkdir(folder, { recursive: true });
  await writeAtomically(path, (partial) => writeFile(partial, JSON.stringify(stored)));
}

function nameOf(shard: string): string {
  const place = isUrl(shard) ? shard : resolve(shard);
  return createHash('sha256').update(place).digest('hex').slice(0, 32);
}
