import { pullModel } from '@restok/hub/node';
import { downloadText } from '../download-text';
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
      onDownload: ({ done, total }) => output.progress(downloadText(done, total, startedAt)),
    }),
  );
  output.result(pulled, [
    ...(pulled.fromCache ? [`${pulled.model} at ${pulled.commit}, as it was pulled before`] : []),
    pulled.folder,
  ]);
}

function sizeText(bytes: number): string {
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
