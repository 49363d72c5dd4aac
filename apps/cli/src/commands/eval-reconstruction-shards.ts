import { join } from 'node:path';
import { checkResize, EVALUATION_BLOCK } from '../evaluation/inception-features';
import { sharedName } from '../evaluation/picture-set';
import type { ReconstructionScores } from '../evaluation/reconstruction-scores';
import { scoreReconstructions } from '../evaluation/reconstruction-scores';
import { featureArrays } from '../evaluation/set-features';
import type { Output } from '../output';
import { rateText } from '../output';
import { checkOutputs } from '../output-files';
import { blocksOf, picturesOf } from '../shards/blocks';
import { hold } from '../shards/hold';
import type { ShardJob } from '../shards/job-folder';
import { beginJob } from '../shards/job-folder';
import { shardText } from '../shards/shard';
import type { ShardResult } from '../shards/shard-files';
import { findShard, writeShard } from '../shards/shard-files';
import type { Report, ShardWork } from '../shards/sharded-command';
import { weightsDigest } from '../weights-digest';
import type { EvalReconstructionOptions, ReconstructionSetting } from './eval-reconstruction';
import { withReconstructions } from './eval-reconstruction';

/** Options of an evaluation of a tokenizer in shards. */
export interface DividedEvalReconstructionOptions extends EvalReconstructionOptions {
  readonly out: string;
}

/** Opens an evaluation of a tokenizer for shards of it; each leaves scores of its pictures. */
export async function openEvalReconstruction(
  options: DividedEvalReconstructionOptions,
  output: Output,
): Promise<ShardWork> {
  const { out } = options;
  checkResize(options);
  const { value: setting, release } = await hold<ReconstructionSetting>((work) =>
    withReconstructions(options, output, {
      shown: sharedName,
      prepare: () => checkOutputs([join(out, 'job.json')], []),
      run: work,
    }),
  );
  const { tokenizer, findCodes, pictures, inception, lpips, computation } = setting;
  return {
    async run(shard) {
      const job = jobOf(setting, shard.count);
      await beginJob(out, job);
      const found = await findShard(out, job, shard.number);
      if (found !== undefined) {
        return reportOf(out, shardText(shard), found.pictures, false);
      }
      const blocks = blocksOf(pictures.count, EVALUATION_BLOCK, shard);
      const count = picturesOf(blocks).length;
      const startedAt = performance.now();
      const scores = await scoreReconstructions(
        { tokenizer, findCodes, network: inception?.network, lpips: lpips?.network, pictures },
        blocks,
        (done) =>
          output.progress(`shard ${shardText(shard)}: ${rateText(done, count, startedAt, 'pictures')}`),
      );
      await writeShard(out, job, shard.number, {
        pictures: count,
        inputs: {
          tokenizer: await weightsDigest(tokenizer),
          inception: String(inception?.settings['inception sha256'] ?? 'none'),
          lpips: lpips?.settings['lpips sha256'] ?? 'none',
        },
        computation,
        arrays: count === 0 ? {} : arraysOf(scores, count),
      });
      return reportOf(out, shardText(shard), count, true);
    },
    close: release,
  };
}

function jobOf(
  { tokenizer, pictures, inception, lpips, settings }: ReconstructionSetting,
  shards: number,
): ShardJob {
  const { numLatents, quantizer } = tokenizer;
  return {
    format: 'restok-job-1',
    command: 'eval reconstruction',
    shards,
    settings: {
      report: settings,
      ...{ numLatents, codebookSize: quantizer.options.codebookSize, size: pictures.size },
      ...{ pictures: pictures.count, block: EVALUATION_BLOCK, inception: inception !== undefined },
      lpips: lpips !== undefined,
    },
  };
}

function arraysOf(
  { scores, indices, digests, originals, reconstructions }: ReconstructionScores,
  count: number,
): ShardResult['arrays'] {
  return {
    scores: { shape: [count, scores.length / count], values: scores },
    indices: { shape: [count, indices.length / count], values: indices },
    digests: { shape: [count, digests.length / count], values: digests },
    ...(originals === undefined ? {} : featureArrays('originals', originals)),
    ...(reconstructions === undefined ? {} : featureArrays('reconstructions', reconstructions)),
  };
}

function reportOf(folder: string, shard: string, pictures: number, made: boolean): Report {
  return {
    data: { folder, shard, pictures, made },
    lines: [`shard ${shard}: scores of ${pictures} pictures, ${made ? 'written' : 'were there'}: ${folder}`],
  };
}
