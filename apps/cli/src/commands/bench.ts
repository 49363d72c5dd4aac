import { useNodeBackend } from '@restok/backend-node';
import type { GeneratorConfigInput } from '@restok/core';
import { benchmarkGenerator, benchmarkPasses, RELEASED_GENERATOR } from '../benchmark-generation';
import type { BlockSize } from '../benchmarks';
import type { TrainingSize } from '../benchmark-training';
import { benchmarkTrainingStep, SMALL_TRAINING } from '../benchmark-training';
import { benchmarkBlock, benchmarkTokenizer, RELEASED_BLOCK } from '../benchmarks';
import type { TokenizerOptions } from '../load-tokenizer';
import { createOutput } from '../output';
import type { BenchmarkRow } from '../timing';
import { findShippedGenerator, findShippedTokenizer } from '../shipped-model';
import { useBackend } from '../use-backend';

/** What is timed beside a model. */
export interface BenchmarkSizes {
  readonly block: BlockSize;
  /** Generator whose passes are timed with random weights. */
  readonly passes: GeneratorConfigInput;
  readonly training: TrainingSize;
}

/** Models to time, where not those that ship. */
export interface BenchOptions extends TokenizerOptions {
  readonly generator?: string;
}

/** `restok bench`: speeds of this machine. Without a model only the parts of one are timed. */
export async function bench(
  options: BenchOptions,
  sizes: BenchmarkSizes = { block: RELEASED_BLOCK, passes: RELEASED_GENERATOR, training: SMALL_TRAINING },
): Promise<void> {
  const output = createOutput(options);
  if (options.backend === 'cpu') {
    // What rows are compared with must be registered.
    await useNodeBackend({ gemm: 'wasm', threads: 1 });
  }
  const backend = await useBackend(options.backend);
  const model = options.model ?? findShippedTokenizer();
  // First, since it also tells how much memory it takes.
  output.progress('generation, released size');
  const rows = await benchmarkPasses(sizes.passes);
  output.progress('ViT block');
  rows.push(...(await benchmarkBlock(sizes.block)));
  if (model !== undefined) {
    output.progress('tokenizer');
    rows.push(...(await benchmarkTokenizer(model)));
  }
  const generator = options.generator ?? findShippedGenerator();
  if (generator !== undefined) {
    output.progress('generator');
    rows.push(...(await benchmarkGenerator(generator)));
  }
  if (backend.backend === 'restok-node') {
    output.progress('training step');
    // Last, since the trainer sets threads of its own.
    rows.push(await benchmarkTrainingStep(sizes.training));
  }
  const width = Math.max(...rows.map(({ name }) => name.length));
  output.result({ backend, model: model ?? null, generator: generator ?? null, rows }, [
    `${backend.backend}: ${backend.products}, threads: ${backend.threads}`,
    ...rows.map((row) => `${row.name.padEnd(width)}  ${figuresOf(row)}`),
    ...(model === undefined ? ['no tokenizer was timed: pass one with --model'] : []),
    ...(generator === undefined ? ['no generator was timed: pass one with --generator'] : []),
  ]);
}

function figuresOf({ milliseconds, ratio, against, picturesPerSecond, megabytes }: BenchmarkRow): string {
  return [
    `${milliseconds.toFixed(1)} ms`,
    ...(picturesPerSecond === undefined ? [] : [`${picturesPerSecond.toFixed(2)} pictures/s`]),
    ...(ratio === undefined ? [] : [`${ratio.toFixed(2)} times as fast as ${against}`]),
    ...(megabytes === undefined ? [] : [`${megabytes} MB of memory`]),
  ].join(', ');
}
