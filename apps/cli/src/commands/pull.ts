import { pullModel } from '@restok/hub/node';
import type { CommonOptions } from '../load-tokenizer';
import { createOutput } from '../output';
import { stoppable } from '../stop-signals';

export interface PullOptions extends CommonOptions {
  readonly revision?: string;
}

/** `restok pull`: brings a model of a hub into the cache. */
export async function pull(id: string, options: PullOptions): Promise<void> {
  const output = createOutput(options);
  const startedAt = performance.now();
  // What a signal leaves is what the next pull goes on with, so nothing is cleared away.
  const pulled = await stoppable((signal) =>
    pullModel(id, {
      revision: options.revision,
      signal,
      onPlan: ({ model, commit, files, bytes, missingBytes }) => {
        if (!options.json) {
          output.result({}, [
            `${model} at ${commit}: ${files} files, ${sizeText(bytes)}; ${sizeText(missingBytes)} to download`,
          ]);
        }
      },
      onDownload: ({ done, total }) => output.progress(progressText(done, total, startedAt)),
    }),
  );
  output.result(pulled, [
    ...(pulled.fromCache ? [`${pulled.model} at ${pulled.commit}, as it was pulled before`] : []),
    pulled.folder,
  ]);
}

const BAR_WIDTH = 30;

/** One bar for all files: `[=====     ] 50% 1.5/3.0 MB, 12.3 MB/s`. */
export function progressText(
  done: number,
  total: number,
  startedAt: number,
  now = performance.now(),
): string {
  const share = total === 0 ? 1 : done / total;
  const bar = '='.repeat(Math.floor(share * BAR_WIDTH)).padEnd(BAR_WIDTH);
  const rate = done / 1e6 / Math.max((now - startedAt) / 1000, 1e-3);
  const sizes = `${(done / 1e6).toFixed(1)}/${(total / 1e6).toFixed(1)} MB`;
  return `[${bar}] ${Math.floor(share * 100)}% ${sizes}, ${rate.toFixed(1)} MB/s`;
}

function sizeText(bytes: number): string {
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
