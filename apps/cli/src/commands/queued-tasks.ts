import type { ComputeOptions } from '../queue/compute-apart';
import { workId } from '../queue/queued-job';
import type { ShardRequest } from '../queue/shard-request';
import type { Report, ShardWork } from '../shards/sharded-command';
import { mergeFolder } from './merge';
import { shardedCommands } from './sharded-commands';

/** Does what is queued, one request after the other. */
export interface QueuedTasks {
  /** @throws DataError when options do not fit, and whatever the command throws. */
  run(request: ShardRequest): Promise<Report>;
  /** Frees the models. */
  close(): Promise<void>;
}

/** Runs requests; the models of the work at hand stay open, as the next shard mostly is of the same. */
export function queuedTasks({ root, threads, output }: ComputeOptions): QueuedTasks {
  let kept: { readonly id: string; readonly work: ShardWork } | undefined;
  const close = async (): Promise<void> => {
    const { work } = kept ?? {};
    kept = undefined;
    await work?.close();
  };
  return {
    async run({ work, shard }) {
      const ready = shardedCommands[work.command].ready(work.options, root);
      if (shard === undefined) {
        return mergeFolder(ready.out, output);
      }
      const id = workId(work);
      if (kept?.id !== id) {
        await close();
        kept = { id, work: await ready.open({ threads }, output) };
      }
      return kept.work.run({ number: shard, count: work.shards });
    },
    close,
  };
}
