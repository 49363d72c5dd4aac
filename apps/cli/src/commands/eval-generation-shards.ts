import { join } from 'node:path';
import { computationOf } from '../evaluation/computation';
import { checkResize, EVALUATION_BLOCK, featuresOf, loadInception } from '../evaluation/inception-features';
import type { PictureSet } from '../evaluation/picture-set';
import { sharedName } from '../evaluation/picture-set';
import { closePair, openPair } from '../evaluation/scored-pair';
import type { SetFeatures } from '../evaluation/set-features';
import { featureArrays } from '../evaluation/set-features';
import { storedArrays } from '../evaluation/stored-statistics';
import type { Output } from '../output';
import { rateText } from '../output';
import { checkOutputs } from '../output-files';
import { blocksOf, picturesOf } from '../shards/blocks';
import type { ShardJob } from '../shards/job-folder';
import { beginJob } from '../shards/job-folder';
import { shardText } from '../shards/shard';
import { findShard, writeShard } from '../shards/shard-files';
import type { Report, ShardWork } from '../shards/sharded-command';
import { UsageError } from '../usage-error';
import { useBackend } from '../use-backend';
import type { EvalGenerationOptions } from './eval-generation';

/** Options of an evaluation of generated pictures in shards. */
export interface DividedEvalGenerationOptions extends EvalGenerationOptions {
  readonly out: string;
}

/** @throws UsageError where there is nothing to divide. */
export function checkDividedEvalGeneration(
  options: Pick<EvalGenerationOptions, 'resize' | 'inception'>,
): void {
  checkResize(options);
  if (options.inception === undefined) {
    throw new UsageError(
      'restok: shards of eval generation need --inception; pixels alone are compared in no time. Give a weight file, or evaluate without shards.',
    );
  }
}

/** Opens an evaluation of generated pictures for shards of it; each leaves its features and exact sums of them. */
export async function openEvalGeneration(
  options: DividedEvalGenerationOptions,
  output: Output,
): Promise<ShardWork> {
  const { out, inception, resize } = options;
  checkDividedEvalGeneration(options);
  const computation = computationOf(await useBackend(options.backend, options.threads));
  await checkOutputs([join(out, 'job.json')], []);
  const pair = await openPair(options, sharedName);
  const { samples, reference, stored, settings } = pair;
  const { network, settings: ofNetwork } = await loadInception(
    { inception: inception!, resize, shown: sharedName(inception!) },
    output.progress,
  ).catch(async (error: unknown) => {
    await closePair(pair);
    throw error;
  });
  const hasStored = stored !== undefined;
  const jobOf = (shards: number): ShardJob => ({
    format: 'restok-job-1',
    command: 'eval generation',
    shards,
    settings: {
      report: { ...settings, ...ofNetwork },
      ...{ samples: samples.count, reference: reference.count, block: EVALUATION_BLOCK, stored: hasStored },
    },
  });
  const blocksIn = (
    { count }: PictureSet,
    shard: Parameters<ShardWork['run']>[0],
  ): ReturnType<typeof blocksOf> => blocksOf(count, EVALUATION_BLOCK, shard);
  return {
    async run(shard): Promise<Report> {
      const job = jobOf(shard.count);
      await beginJob(out, job);
      const found = await findShard(out, job, shard.number);
      if (found !== undefined) {
        return reportOf(out, shardText(shard), found.pictures, false);
      }
      const [ofReference, ofSamples] = [blocksIn(reference, shard), blocksIn(samples, shard)];
      const [numReference, pictures] = [ofReference, [...ofReference, ...ofSamples]].map(
        (blocks) => picturesOf(blocks).length,
      ) as [number, number];
      const startedAt = performance.now();
      const progress = (done: number): void =>
        output.progress(`shard ${shardText(shard)}: ${rateText(done, pictures, startedAt, 'pictures')}`);
      const sets = {
        reference: await featuresOf(network, reference, ofReference, progress),
        samples: await featuresOf(network, samples, ofSamples, (done) => progress(numReference + done)),
      };
      await writeShard(out, job, shard.number, {
        pictures,
        inputs: { inception: String(ofNetwork['inception sha256']) },
        computation,
        arrays: {
          ...arraysOf('reference', sets.reference),
          ...arraysOf('samples', sets.samples),
          // The merge needs them once.
          ...(shard.number === 1 && stored !== undefined ? storedArrays(stored) : {}),
        },
      });
      return reportOf(out, shardText(shard), pictures, true);
    },
    async close() {
      network.dispose();
      await closePair(pair);
    },
  };
}

function arraysOf(set: string, features: SetFeatures | undefined): ReturnType<typeof featureArrays> {
  return features === undefined ? {} : featureArrays(set, features);
}

function reportOf(folder: string, shard: string, pictures: number, made: boolean): Report {
  return {
    data: { folder, shard, pictures, made },
    lines: [
      `shard ${shard}: features of ${pictures} pictures, ${made ? 'written' : 'were there'}: ${folder}`,
    ],
  };
}
