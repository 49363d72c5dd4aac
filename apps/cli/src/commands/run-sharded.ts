import { createOutput } from '../output';
import { coordinate } from '../queue/coordinate';
import type { RedisAddress } from '../queue/redis-address';
import type { ShardedCommandName } from '../shards/job-folder';
import type { Shard } from '../shards/shard';
import type { ShardWork } from '../shards/sharded-command';
import { runOneShard } from '../shards/sharded-command';
import type { Output } from '../output';
import { UsageError } from '../usage-error';
import { shardedCommands } from './sharded-commands';

/** Options of commands whose work can be divided. */
export interface DivisionOptions {
  readonly shard?: Shard;
  readonly queue?: RedisAddress;
  /** How many shards are queued. */
  readonly shards?: number;
  readonly attempts: number;
  readonly root: string;
}

/** Options of a command that runs as a whole or divided. */
type DividedOptions = DivisionOptions & { readonly out?: string; readonly json: boolean };

/** What a command gives to be run as a whole, in one shard, or by a queue. */
export interface DividedRun<Options> {
  readonly name: ShardedCommandName;
  whole(options: Options): Promise<void>;
  open(options: Options & { readonly out: string }, output: Output): Promise<ShardWork>;
  /** @throws UsageError where options do not go with shards. */
  check?(options: Options): void;
}

/** Runs a command as its options say: as a whole, one shard of it, or all of them by the workers of a queue. */
export async function runSharded<Options extends DividedOptions>(
  options: Options,
  { name, whole, open, check }: DividedRun<NoInfer<Options>>,
): Promise<void> {
  const { shard, queue, shards, attempts, root, out } = options;
  if (queue === undefined && shards !== undefined) {
    throw new UsageError(
      'restok: --shards needs --queue, where they are put. Give the address of a Redis, or run each with --shard i/n.',
    );
  }
  if (queue !== undefined && (shard !== undefined || shards === undefined)) {
    throw new UsageError(
      'restok: --queue needs --shards and no --shard, for instance --shards 16. Workers take one after the other.',
    );
  }
  if (shard === undefined && queue === undefined) {
    return whole(options);
  }
  if (out === undefined) {
    throw new UsageError('restok: shards need --out with the folder where they are put. Name one.');
  }
  check?.(options);
  const output = createOutput(options);
  if (shard !== undefined) {
    return runOneShard(await open({ ...options, out }, output), shard, output);
  }
  const command = shardedCommands[name];
  const shared = command.share(options, root);
  // Whatever a worker would refuse shows here already.
  command.ready(shared, root);
  await coordinate(
    { format: 'restok-queue-1', command: name, options: shared, shards: shards! },
    { address: queue!, attempts, out, output },
  );
}
