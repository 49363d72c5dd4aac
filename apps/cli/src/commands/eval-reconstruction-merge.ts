import { DataError } from '@restok/core';
import { DIGEST_BYTES } from '../file-digest';
import { computationOfShards } from '../evaluation/computation';
import { reconstructionLines, reconstructionReport } from '../evaluation/reconstruction-report';
import { scoreColumns } from '../evaluation/reconstruction-scores';
import { reportSettings, writeReport } from '../evaluation/report';
import { FeatureJoiner, featureNames, featuresFrom, placeRows } from '../evaluation/set-features';
import type { Output } from '../output';
import { rateText } from '../output';
import { blocksOf } from '../shards/blocks';
import type { ShardJob } from '../shards/job-folder';
import { flag, wholeIn } from '../shards/json-shape';
import { allShards, readShardArrays } from '../shards/shard-files';
import type { Report } from '../shards/sharded-command';

const SCORES = ['scores', 'indices', 'digests'] as const;

/**
 * The last step of `restok eval reconstruction` in shards: the numbers of one process, to the last digit. Writes
 * `evaluation.json`.
 *
 * @throws DataError when shards are missing, damaged, or of different models.
 */
export async function mergeEvalReconstruction(
  folder: string,
  job: ShardJob,
  output: Output,
): Promise<Report> {
  const setting = (name: string): number => wholeIn(1)(job.settings[name], `${name} of job.json`);
  const [count, numLatents, size] = [setting('pictures'), setting('numLatents'), setting('size')];
  const hasNetwork = flag(job.settings['inception'], 'inception of job.json');
  const hasLpips = flag(job.settings['lpips'], 'lpips of job.json');
  const { keep, metrics } = scoreColumns({ numLatents, size, hasLpips });
  const scores = new Float64Array(count * keep.length * metrics.length);
  const indices = new Int32Array(count * numLatents);
  const digests = new Uint8Array(count * DIGEST_BYTES);
  const joiners = { originals: new FeatureJoiner(count), reconstructions: new FeatureJoiner(count) };
  const sets = hasNetwork ? (['originals', 'reconstructions'] as const) : [];
  const manifests = await allShards(folder, job);
  const startedAt = performance.now();
  for (const manifest of manifests) {
    const { shard: number, shards } = manifest;
    const blocks = blocksOf(count, setting('block'), { number, count: shards });
    if (blocks.length > 0) {
      const arrays = await readShardArrays(folder, manifest, [...SCORES, ...sets.flatMap(featureNames)]);
      const [ofScores, ofIndices, ofDigests] = SCORES.map((name) => arrays[name]!.values);
      if (
        !(ofScores instanceof Float64Array) ||
        !(ofIndices instanceof Int32Array) ||
        !(ofDigests instanceof Uint8Array)
      ) {
        throw new DataError(
          `restok: shard ${number} of ${folder} must hold scores as this version of restok writes them. Make it again.`,
        );
      }
      placeRows(scores, ofScores, blocks);
      placeRows(indices, ofIndices, blocks);
      placeRows(digests, ofDigests, blocks);
      sets.forEach((set) => joiners[set].add({ blocks, features: featuresFrom(set, arrays) }));
    }
    output.progress(rateText(number, shards, startedAt, 'shards joined'));
  }
  const report = reconstructionReport(
    {
      ...reportSettings(job),
      ...computationOfShards(manifests),
      'model sha256': manifests[0]!.inputs['tokenizer']!,
    },
    {
      ...{ scores, indices, digests },
      ...(hasNetwork
        ? {
            originals: joiners.originals.features(),
            reconstructions: joiners.reconstructions.features(),
          }
        : {}),
    },
    { numLatents, size, hasLpips, codebookSize: setting('codebookSize') },
  );
  await writeReport(folder, report);
  return { data: report, lines: reconstructionLines(report) };
}
