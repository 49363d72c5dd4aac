import type { BackendOption } from '../use-backend';
import type { Output } from '../output';
import { createOutput } from '../output';
import type { ShardJob, ShardedCommandName } from '../shards/job-folder';
import { readJob } from '../shards/job-folder';
import type { Report } from '../shards/sharded-command';
import { mergeEvalGeneration } from './eval-generation-merge';
import { mergeEvalReconstruction } from './eval-reconstruction-merge';
import { mergeExtraction } from './extract-merge';
import { mergeGeneration } from './generate-merge';

/** Makes the result of all shards of a folder. */
type MergeShards = (folder: string, job: ShardJob, output: Output) => Promise<Report>;

const merges: Readonly<Record<ShardedCommandName, MergeShards>> = {
  extract: mergeExtraction,
  generate: mergeGeneration,
  'eval generation': mergeEvalGeneration,
  'eval reconstruction': mergeEvalReconstruction,
};

export interface MergeOptions extends BackendOption {
  readonly json: boolean;
}

/** `restok merge`: the result of a folder whose shards are all done. */
export async function merge(folder: string, options: MergeOptions): Promise<void> {
  const output = createOutput(options);
  const { data, lines } = await mergeFolder(folder, output);
  output.result(data, lines);
}

/** Makes the result of a folder; made twice it is the same. */
export async function mergeFolder(folder: string, output: Output): Promise<Report> {
  const job = await readJob(folder);
  return merges[job.command](folder, job, output);
}
