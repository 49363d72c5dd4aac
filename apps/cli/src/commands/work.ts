import { createOutput } from '../output';
import type { RedisAddress } from '../queue/redis-address';
import { workOnQueue } from '../queue/work';

/** What the command line of `restok work` says. */
export interface WorkCommandOptions {
  readonly json: boolean;
  readonly queue: RedisAddress;
  readonly root: string;
  readonly lock: number;
  readonly idle?: number;
  readonly threads: number;
}

/** `restok work`: shards of whatever is queued, one after the other. */
export async function work({ queue, json, ...options }: WorkCommandOptions): Promise<void> {
  const output = createOutput({ json });
  const { shards, merges, failures } = await workOnQueue({ ...options, address: queue, output });
  output.result({ shards, merges, failures }, [
    `${shards} shards and ${merges} merges done, ${failures} tries failed`,
  ]);
}
