import type { BackendInfo } from '@restok/backend-node';
import { useNodeBackend } from '@restok/backend-node';
import type { UpdateSections } from '@restok/training';
import { removeStaleFolders } from './exchange-folder';
import { WorkerHelper } from './worker-helper';
import type { PartCodec, TrainingJob } from './worker-protocol';

/** What computes a run. */
export interface TrainingProcesses {
  readonly backend: BackendInfo;
  /** Processes beside this one. */
  readonly numHelpers: number;
}

/**
 * Makes the backend current that a run asks for. There are no more processes than parts of a step, and where there
 * are several each has one thread.
 */
export async function prepareProcesses(training: UpdateSections['training']): Promise<TrainingProcesses> {
  removeStaleFolders();
  const workers = Math.min(training.workers, training.gradient_accumulation_steps);
  const threads = workers > 1 ? 1 : training.threads;
  return { backend: await useNodeBackend({ gemm: training.gemm, threads }), numHelpers: workers - 1 };
}

/**
 * Starts the processes beside this one.
 *
 * @param buildModel a model whose weights are not drawn, which takes no memory: for its size.
 * @returns undefined when there are none.
 */
export async function startHelper<Part extends object, Result>(
  job: TrainingJob,
  codec: PartCodec<Result>,
  { numHelpers: count }: TrainingProcesses,
  buildModel: () => { readonly numParameters: number },
): Promise<WorkerHelper<Part, Result> | undefined> {
  if (count === 0) {
    return undefined;
  }
  const { gemm } = job.config.training;
  return WorkerHelper.start({ job, gemm, codec, numParameters: buildModel().numParameters, count });
}
