import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError } from '@restok/core';
import type { NpyArray } from '@restok/data';
import { readNpz, writeAtomically, writeNpz } from '@restok/data';
import { fileDigest } from '../file-digest';
import { stoppable } from '../stop-signals';
import type { ShardJob } from './job-folder';
import { parsedJson } from './job-folder';
import type { JsonShape } from './json-shape';
import { objectOf, oneOf, optional, recordOf, text, wholeIn } from './json-shape';
import { MAX_SHARDS } from './shard';

/** The manifest of a shard that is done. */
export interface ShardManifest {
  readonly format: 'restok-shard-1';
  readonly shard: number;
  /** Shards of the job. */
  readonly shards: number;
  /** Pictures in this shard. */
  readonly pictures: number;
  /** What it was made from, such as a digest of the weights: the same in all shards of a job. */
  readonly inputs: Readonly<Record<string, string>>;
  /** What it was computed by, where the result tells; it may differ between machines. */
  readonly computation?: Readonly<Record<string, string>>;
  /** SHA-256 of its arrays, where they are in a file beside the manifest. */
  readonly arrays?: string;
}

const shardManifest: JsonShape<ShardManifest> = objectOf<ShardManifest>({
  format: oneOf(['restok-shard-1']),
  shard: wholeIn(1, MAX_SHARDS),
  shards: wholeIn(1, MAX_SHARDS),
  pictures: wholeIn(0),
  inputs: recordOf(text),
  computation: optional(recordOf(text)),
  arrays: optional(text),
});

/** What a shard gives: pictures, inputs, and arrays for the result. */
export interface ShardResult {
  readonly pictures: number;
  readonly inputs: Readonly<Record<string, string>>;
  readonly computation?: Readonly<Record<string, string>>;
  readonly arrays?: Readonly<Record<string, NpyArray>>;
}

const pathOf = (
  folder: string,
  number: number,
  { shards }: Pick<ShardJob, 'shards'>,
  ending: string,
): string => join(folder, 'shards', `${number}-of-${shards}.${ending}`);

/**
 * Writes a shard: its arrays, then the manifest that says it is done. The same result gives the same bytes.
 */
export async function writeShard(
  folder: string,
  job: ShardJob,
  number: number,
  { pictures, inputs, computation, arrays }: ShardResult,
): Promise<void> {
  const archive = pathOf(folder, number, job, 'npz');
  await stoppable(
    async () => {
      if (arrays !== undefined) {
        await writeNpz(archive, arrays);
      }
      const manifest: ShardManifest = {
        format: 'restok-shard-1',
        shard: number,
        shards: job.shards,
        pictures,
        inputs,
        ...(computation === undefined ? {} : { computation }),
        ...(arrays === undefined ? {} : { arrays: await fileDigest(archive) }),
      };
      const content = `${JSON.stringify(manifest, undefined, 2)}\n`;
      await writeAtomically(pathOf(folder, number, job, 'json'), (path) => writeFile(path, content));
    },
    { folder: join(folder, 'shards') },
  );
}

/**
 * The manifest of a shard, or undefined where it is not done.
 *
 * @throws DataError when it is damaged.
 */
export async function findShard(
  folder: string,
  job: Pick<ShardJob, 'shards'>,
  number: number,
): Promise<ShardManifest | undefined> {
  const path = pathOf(folder, number, job, 'json');
  const content = await readFile(path, 'utf8').catch(() => undefined);
  return content === undefined ? undefined : shardManifest(parsedJson(content, path), path);
}

/** How many shards a message names. */
const MAX_NAMED = 8;

/**
 * Manifests of all shards of a job, in their order.
 *
 * @throws DataError when some are missing, or were made from other inputs than the first.
 */
export async function allShards(folder: string, job: ShardJob): Promise<ShardManifest[]> {
  const numbers = Array.from({ length: job.shards }, (_, i) => i + 1);
  const found = await Promise.all(numbers.map((number) => findShard(folder, job, number)));
  const missing = numbers.filter((_, i) => found[i] === undefined);
  if (missing.length > 0) {
    const named = `${missing.slice(0, MAX_NAMED).join(', ')}${missing.length > MAX_NAMED ? ', ...' : ''}`;
    throw new DataError(
      `restok: ${folder} lacks ${missing.length} of ${job.shards} shards (${named}). Run them with --shard, then merge again.`,
      { missing },
    );
  }
  const manifests = found.filter((manifest) => manifest !== undefined);
  const inputsOf = ({ inputs }: ShardManifest): string => JSON.stringify(inputs);
  const other = manifests.find((manifest) => inputsOf(manifest) !== inputsOf(manifests[0]!));
  if (other !== undefined) {
    const { inputs } = manifests[0]!;
    const differing = Object.keys(inputs).filter((key) => inputs[key] !== other.inputs[key]);
    throw new DataError(
      `restok: shards 1 and ${other.shard} of ${folder} must be made from the same inputs, got different ones (${differing.join(', ')}). Delete one of them in ${join(folder, 'shards')} and make it again.`,
      { differing },
    );
  }
  return manifests;
}

/**
 * Arrays of a shard, checked against its manifest.
 *
 * @throws DataError when the file is missing or not the one that was written.
 */
export async function readShardArrays<Name extends string>(
  folder: string,
  { shard, shards, arrays }: ShardManifest,
  names: readonly Name[],
): Promise<Record<Name, NpyArray>> {
  const path = pathOf(folder, shard, { shards }, 'npz');
  const digest = await fileDigest(path).catch(() => undefined);
  if (digest === undefined || digest !== arrays) {
    throw new DataError(
      `restok: ${path} is ${digest === undefined ? 'missing' : 'damaged'}. Delete ${pathOf(folder, shard, { shards }, 'json')} and make shard ${shard} again.`,
      { shard },
    );
  }
  return readNpz(path, names);
}
