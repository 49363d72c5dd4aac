import type { NpyArray } from '@restok/data';
import { computationOfShards } from '../evaluation/computation';
import { generationLabels, inceptionReport } from '../evaluation/generation-report';
import type { EvaluationReport } from '../evaluation/report';
import { reportLines, reportSettings, writeReport } from '../evaluation/report';
import { FeatureJoiner, featureNames, featuresFrom } from '../evaluation/set-features';
import { STORED_NAMES, storedStatistics } from '../evaluation/stored-statistics';
import { rateText } from '../output';
import type { Output } from '../output';
import { blocksOf } from '../shards/blocks';
import type { ShardJob } from '../shards/job-folder';
import { flag, wholeIn } from '../shards/json-shape';
import { allShards, readShardArrays } from '../shards/shard-files';
import type { Report } from '../shards/sharded-command';

const SETS = ['reference', 'samples'] as const;

/**
 * The last step of `restok eval generation` in shards: the numbers of one process, to the last digit. Writes
 * `evaluation.json`.
 *
 * @throws DataError when shards are missing, damaged, or of different networks.
 */
export async function mergeEvalGeneration(folder: string, job: ShardJob, output: Output): Promise<Report> {
  const setting = (name: string): number => wholeIn(1)(job.settings[name], `${name} of job.json`);
  const counts = { reference: setting('reference'), samples: setting('samples') };
  const hasStored = flag(job.settings['stored'], 'stored of job.json');
  const joiners = {
    reference: new FeatureJoiner(counts.reference),
    samples: new FeatureJoiner(counts.samples),
  };
  let stored: Readonly<Record<string, NpyArray>> | undefined;
  const manifests = await allShards(folder, job);
  const startedAt = performance.now();
  for (const manifest of manifests) {
    const { shard: number, shards: count } = manifest;
    const blocks = SETS.map((set) => blocksOf(counts[set], setting('block'), { number, count }));
    const present = SETS.filter((_, i) => blocks[i]!.length > 0);
    const isWithStored = hasStored && number === 1;
    const names = [...present.flatMap(featureNames), ...(isWithStored ? STORED_NAMES : [])];
    const arrays = names.length === 0 ? {} : await readShardArrays(folder, manifest, names);
    SETS.forEach((set, i) => {
      if (present.includes(set)) {
        joiners[set].add({ blocks: blocks[i]!, features: featuresFrom(set, arrays) });
      }
    });
    stored = isWithStored ? arrays : stored;
    output.progress(rateText(number, count, startedAt, 'shards joined'));
  }
  const report: EvaluationReport = inceptionReport(
    { ...reportSettings(job), ...computationOfShards(manifests) },
    {
      reference: joiners.reference.features(),
      samples: joiners.samples.features(),
      stored: stored === undefined ? undefined : storedStatistics(folder, stored),
    },
  );
  await writeReport(folder, report);
  return { data: report, lines: reportLines(report, generationLabels) };
}
