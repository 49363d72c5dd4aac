import type { Shard } from './shard';
import { isInShard } from './shard';

/** Pictures that are computed together: `start` to before `end`. */
export interface Block {
  readonly start: number;
  readonly end: number;
}

/** A job that is not divided. */
export const WHOLE: Shard = { number: 1, count: 1 };

/**
 * The blocks of a shard. Blocks are the same in every division of a job, and one of them is always computed whole,
 * so that not even the rounding of a matrix product depends on the number of shards.
 *
 * @param count pictures of the whole job.
 * @param size pictures of a block; the last one may be shorter.
 */
export function blocksOf(count: number, size: number, shard: Shard = WHOLE): Block[] {
  return Array.from({ length: Math.ceil(count / size) }, (_, block) => ({
    start: block * size,
    end: Math.min(count, (block + 1) * size),
  })).filter((_, block) => isInShard(block, shard));
}

/** Numbers of the pictures of some blocks, in their order. */
export function picturesOf(blocks: readonly Block[]): number[] {
  return blocks.flatMap(({ start, end }) => Array.from({ length: end - start }, (_, i) => start + i));
}

/** A block in parts that begin with it, for work that takes fewer pictures at once. */
export function partsOf({ start, end }: Block, size: number): Block[] {
  return blocksOf(end - start, size).map((part) => ({ start: start + part.start, end: start + part.end }));
}
