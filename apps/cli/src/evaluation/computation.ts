import type { ShardManifest } from '../shards/shard-files';
import type { ChosenBackend } from '../use-backend';
import { restokVersion } from '../version';
import type { EvaluationReport } from './report';

/** What the numbers were computed by; it decides their last digits. */
export type Computation = Readonly<Record<'restok' | 'backend' | 'matrix products' | 'threads', string>>;

/** Describes this process. */
export function computationOf({ backend, products, threads }: ChosenBackend): Computation {
  return { restok: restokVersion(), backend, 'matrix products': products, threads: String(threads) };
}

/**
 * What computed the shards of a job, as a report of one process says it; where machines differ, each one's in the order
 * of the shards.
 */
export function computationOfShards(
  manifests: readonly Pick<ShardManifest, 'pictures' | 'computation'>[],
): EvaluationReport['settings'] {
  const used = manifests.filter(({ pictures }) => pictures > 0);
  const names = new Set(used.flatMap(({ computation }) => Object.keys(computation ?? {})));
  return Object.fromEntries(
    [...names].map((name) => [
      name,
      [...new Set(used.map(({ computation }) => computation?.[name] ?? 'unknown'))].join('; '),
    ]),
  );
}
