import { join } from 'node:path';
import type { TokenizerArchitecture } from '@restok/tokenizer';
import type { CoderOptions } from '../load-tokenizer';
import { withCoder } from '../load-tokenizer';
import type { Output } from '../output';
import { createOutput } from '../output';
import { checkOutputs } from '../output-files';
import type { PictureCoder } from '../picture-coder';
import { WHOLE } from '../shards/blocks';
import { hold } from '../shards/hold';
import type { ShardJob } from '../shards/job-folder';
import { beginJob } from '../shards/job-folder';
import { writeShard } from '../shards/shard-files';
import type { ShardWork } from '../shards/sharded-command';
import { extractShard } from './extract-shard';
import type { Split } from './extract-splits';
import { openSplits } from './extract-splits';

export interface ExtractOptions extends CoderOptions {
  readonly data: string;
  readonly out: string;
  readonly tenCrop: boolean;
}

/** `restok extract`: codes of a whole data set in the files that generators are trained on. */
export async function extract(options: ExtractOptions): Promise<void> {
  const output = createOutput(options);
  await withCoder(options, output, {
    prepare: (architecture) => prepare(options, architecture),
    async run(tokenizer, splits) {
      const { data, lines } = await extractShard(tokenizer, splits, {
        out: options.out,
        shard: WHOLE,
        output,
      });
      output.result(data, lines);
    },
  });
}

/** Opens an extraction for shards of it; each leaves a manifest beside the codes. */
export async function openExtraction(options: ExtractOptions, output: Output): Promise<ShardWork> {
  const { out } = options;
  const { value, release } = await hold<readonly [PictureCoder, Split[]]>((work) =>
    withCoder(options, output, {
      prepare: (architecture) => prepare(options, architecture),
      run: (tokenizer, splits) => work([tokenizer, splits]),
    }),
  );
  const [tokenizer, splits] = value;
  return {
    async run(shard) {
      const job = extractionJob(splits, shard.count);
      await beginJob(out, job);
      const { data, lines, pictures, tokenizerSha256 } = await extractShard(tokenizer, splits, {
        ...{ out, shard, output },
      });
      await writeShard(out, job, shard.number, { pictures, inputs: { tokenizer: tokenizerSha256 } });
      return { data, lines };
    },
    close: release,
  };
}

async function prepare(
  { data, tenCrop, out }: ExtractOptions,
  architecture: TokenizerArchitecture,
): Promise<Split[]> {
  const splits = await openSplits(data, tenCrop, architecture);
  await checkOutputs(
    splits.map(({ name }) => join(out, name, 'codes.json')),
    [],
  );
  return splits;
}

function extractionJob(splits: readonly Split[], shards: number): ShardJob {
  const settings = Object.fromEntries(splits.map(({ name, manifest }) => [name, manifest]));
  return { format: 'restok-job-1', command: 'extract', shards, settings };
}
