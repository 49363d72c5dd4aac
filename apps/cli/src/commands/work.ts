import { createOutput } from '../output';
import type { RedisAddress } from '../queue/redis-address';
import { workOnQueue } from '../queue/work';
import { mergeFolder } from './merge';
import { shardedCommands } from './sharded-commands';

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
export async function work({ queue, root, lock, idle, threads, json }: WorkCommandOptions): Promise<void> {
  const output = createOutput({ json });
  const { shards, merges, failures } = await workOnQueue(
    {
      open: ({ command, options }) => shardedCommands[command].ready(options, root).open({ threads }, output),
      merge: ({ command, options }) => mergeFolder(shardedCommands[command].ready(options, root).out),
    },
    { address: queue, lock, idle, output },
  );
  output.result({ shards, merges, failures }, [
    `${shards} shards and ${merges} merges done, ${failures} tries failed`,
  ]);
}
