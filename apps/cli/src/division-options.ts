import type { Command } from 'commander';
import { command, parsePath, withThreads } from './command-parts';
import type { MergeOptions } from './commands/merge';
import type { WorkCommandOptions } from './commands/work';
import { parseCount } from './number-lists';
import { parseSeconds } from './number-options';
import { parseRedisAddress } from './queue/redis-address';
import { parseShard } from './shards/shard';

/** Adds the options of commands whose work can be divided. */
export function withDivision(each: Command, example: string): Command {
  return withThreads(each)
    .option('--shard <i/n>', 'only one of n parts, for instance 2/4; restok merge joins them', parseShard)
    .option(
      '--queue <address>',
      'let the workers of a queue do it, for instance redis://HOST:6379',
      parseRedisAddress,
    )
    .option('--shards <n>', 'how many parts are queued', parseCount)
    .option('--attempts <n>', 'how often a queued part that fails is tried', parseCount, 3)
    .option('--root <folder>', 'the folder that all machines of the queue share', parsePath, '.')
    .addHelpText('after', `  ${example}\n  ${queueExample(example)}`);
}

function queueExample(example: string): string {
  return example.replace(/--shard \S+/, '--queue redis://127.0.0.1:6379 --shards 100');
}

/** Commands that join what was divided and do what is queued. */
export function addQueueCommands(program: Command): void {
  command(
    program,
    'merge <folder>',
    'the result of a folder whose shards are all done',
    'restok merge samples',
  ).action(async (folder: string, options: MergeOptions) => {
    const { merge } = await import('./commands/merge');
    await merge(folder, options);
  });
  withThreads(
    command(
      program,
      'work',
      'shards of whatever is queued, until Ctrl-C',
      'restok work --queue redis://127.0.0.1:6379 --root /shared --threads 2',
    ),
    1,
  )
    .requiredOption('--queue <address>', 'the Redis of the queue', parseRedisAddress)
    .option('--root <folder>', 'the folder that all machines share; work stays below it', parsePath, '.')
    .option(
      '--lock <seconds>',
      'a worker that is silent for so long is taken for dead; longer than any pass',
      parseSeconds,
      60,
    )
    .option('--idle <seconds>', 'leave after so long without work', parseSeconds)
    .action(async (options: WorkCommandOptions) => {
      const { work } = await import('./commands/work');
      await work(options);
    });
}
