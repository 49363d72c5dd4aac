import type { Output } from '../output';
import type { Shard } from './shard';

/** What a command prints: an object with --json, otherwise lines for people. */
export interface Report {
  readonly data: object;
  readonly lines: readonly string[];
}

/** A job whose models are open, for one shard after the other. */
export interface ShardWork {
  /** Makes a shard, or finds that it is done; made twice it gives the same files. */
  run(shard: Shard): Promise<Report>;
  /** Frees the models. */
  close(): Promise<void>;
}

/** Opens a job, makes one shard of it and prints what was done. */
export async function runOneShard(work: ShardWork, shard: Shard, output: Output): Promise<void> {
  try {
    const { data, lines } = await work.run(shard);
    output.result(data, lines);
  } finally {
    await work.close();
  }
}
