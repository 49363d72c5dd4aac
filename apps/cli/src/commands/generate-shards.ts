import { join } from 'node:path';
import { findClasses } from '../class-names';
import { bytesDigest } from '../file-digest';
import { labelsLike } from '../labels-like';
import type { ModelPair, PairSizes } from '../load-generator';
import { withModelPair } from '../load-generator';
import type { Output } from '../output';
import { otherEvents } from '../other-events';
import { checkOutputs } from '../output-files';
import { blocksOf, partsOf, picturesOf } from '../shards/blocks';
import { hold } from '../shards/hold';
import type { ShardJob } from '../shards/job-folder';
import { beginJob } from '../shards/job-folder';
import type { Shard } from '../shards/shard';
import { shardText } from '../shards/shard';
import { findShard, writeShard } from '../shards/shard-files';
import type { Report, ShardWork } from '../shards/sharded-command';
import type { GenerateBasics } from './generate-checks';
import { checkNpzSize } from './generate-checks';
import { generateBlock } from './generate-indices';
import type { SamplingPlan } from './generate-plan';
import { planSampling } from './generate-plan';

/** A generation that is made in shards. */
interface DividedGeneration {
  /** The class of each picture. */
  readonly labels: readonly number[];
  readonly size: number;
  readonly plan: SamplingPlan;
  /** What job.json says. */
  readonly settings: ShardJob['settings'];
}

/** Opens a generation for shards of it; each leaves a .npz and a manifest. */
export async function openGeneration(options: GenerateBasics, output: Output): Promise<ShardWork> {
  const { out } = options;
  const { value, release } = await hold<readonly [ModelPair, DividedGeneration]>((work) =>
    withModelPair(options, output, {
      prepare: (sizes) => divide(options, sizes),
      run: (models, divided) => work([models, divided]),
    }),
  );
  const [models, divided] = value;
  return {
    async run(shard) {
      const job: ShardJob = {
        format: 'restok-job-1',
        command: 'generate',
        shards: shard.count,
        settings: divided.settings,
      };
      await beginJob(out, job);
      const done = await findShard(out, job, shard.number);
      if (done !== undefined) {
        return reportOf(out, shard, done.pictures, 'were there');
      }
      checkNpzSize(
        picturesOf(blocksOf(divided.labels.length, divided.plan.batchSize, shard)).length,
        divided.size,
      );
      const made = await generateShard(models, divided, { shard, seed: options.seed, output });
      await writeShard(out, job, shard.number, made);
      return reportOf(out, shard, made.pictures, 'written');
    },
    close: release,
  };
}

/** Checks everything against the models. */
async function divide(options: GenerateBasics, sizes: PairSizes): Promise<DividedGeneration> {
  const { out, count, seed, engine = 'tfjs', like } = options;
  const plan = planSampling(options, sizes);
  const size = sizes.tokenizer.cropSize;
  const labels = like === undefined ? labelsOf(options, sizes) : await labelsLike(like, sizes.classes);
  await checkOutputs([join(out, 'job.json')], []);
  const classes =
    like !== undefined
      ? `labels of sha256 ${labelsDigest(labels)}`
      : options.class === undefined
        ? 'all in turn'
        : [...new Set(labels)];
  return {
    labels,
    size,
    plan,
    settings: {
      ...{ pictures: labels.length, size, block: plan.batchSize, classes, count, seed, engine },
      ...plan.sampling,
    },
  };
}

/** Class by class, or all classes in turn. */
function labelsOf({ class: wanted, count }: GenerateBasics, { classes }: PairSizes): number[] {
  return wanted === undefined
    ? Array.from({ length: count }, (_, i) => i % classes.numClasses)
    : findClasses(wanted, classes).flatMap(({ label }) => new Array<number>(count).fill(label));
}

function labelsDigest(labels: readonly number[]): string {
  return Buffer.from(bytesDigest(new Uint8Array(Int32Array.from(labels).buffer))).toString('hex');
}

/** Generates all pictures of a shard, then decodes them, so that memory need not hold both models. */
async function generateShard(
  models: ModelPair,
  { labels, size, plan }: DividedGeneration,
  { shard, seed, output }: { readonly shard: Shard; readonly seed: number; readonly output: Output },
) {
  const blocks = blocksOf(labels.length, plan.batchSize, shard);
  const count = picturesOf(blocks).length;
  const indices: Int32Array[] = [];
  const generator = await models.withGenerator(async (model, digest) => {
    let done = 0;
    for (const { start, end } of blocks) {
      const block = await generateBlock(model, labels.slice(start, end), {
        ...{ plan, start },
        context: {
          seed,
          onPass: ({ batch, pass, numPasses }) =>
            output.progress(
              `shard ${shardText(shard)}: generating ${done + batch}/${count} pictures, pass ${pass} of ${numPasses}`,
            ),
        },
      });
      indices.push(block);
      done += end - start;
    }
    return digest();
  });
  const bytes = size * size * 3;
  const values = new Uint8Array(count * bytes);
  const tokenizer = await models.withTokenizer(async (model) => {
    let done = 0;
    for (const [i, { start, end }] of blocks.entries()) {
      for (const part of partsOf({ start: 0, end: end - start }, plan.decodeBatchSize)) {
        const rows = indices[i]!.subarray(part.start * model.numLatents, part.end * model.numLatents);
        for (const { pixels } of await model.decode(rows)) {
          values.set(pixels, done * bytes);
          done++;
        }
        output.progress(`shard ${shardText(shard)}: ${done}/${count} pictures decoded`);
        await otherEvents();
      }
    }
    return model.digest();
  });
  return {
    pictures: count,
    inputs: { generator, tokenizer },
    arrays: { arr_0: { shape: [count, size, size, 3], values } },
  };
}

function reportOf(folder: string, shard: Shard, pictures: number, what: string): Report {
  return {
    data: { folder, shard: shardText(shard), pictures, made: what === 'written' },
    lines: [`shard ${shardText(shard)}: ${pictures} pictures, ${what}: ${folder}`],
  };
}
