import { InvalidArgumentError } from 'commander';

/** Every n-th block of a job's pictures, beginning with the i-th. */
export interface Shard {
  /** i, from 1. */
  readonly number: number;
  /** n */
  readonly count: number;
}

/** More shards than this are a slip. */
const MAX_DIGITS = 6;

/** The most shards that a job can have. */
export const MAX_SHARDS = 10 ** MAX_DIGITS - 1;

/** Reads `2/4`. */
export function parseShard(text: string): Shard {
  const parts = new RegExp(`^(\\d{1,${MAX_DIGITS}})/(\\d{1,${MAX_DIGITS}})$`).exec(text.trim());
  const shard = { number: Number(parts?.[1]), count: Number(parts?.[2]) };
  if (parts === null || shard.number < 1 || shard.number > shard.count) {
    throw new InvalidArgumentError('It must be i/n with i from 1 to n, for instance 2/4.');
  }
  return shard;
}

/** `2/4`, as {@link parseShard} reads it. */
export function shardText({ number, count }: Shard): string {
  return `${number}/${count}`;
}

/** Whether a block belongs to the shard. */
export function isInShard(block: number, { number, count }: Shard): boolean {
  return block % count === number - 1;
}
