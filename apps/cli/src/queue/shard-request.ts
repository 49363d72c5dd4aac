import type { Report } from '../shards/sharded-command';
import type { QueuedWork } from './queued-job';

/** What the process that computes is asked for: a shard of some work, or the merge of all its shards. */
export interface ShardRequest {
  readonly work: QueuedWork;
  /** From 1; the merge when left out. */
  readonly shard?: number;
}

/** What it says: how far it is, and then the result or one line that says what went wrong. */
export type ShardReply =
  | { readonly type: 'progress'; readonly text: string }
  | { readonly type: 'done'; readonly report: Report }
  | { readonly type: 'failed'; readonly line: string };
