import { useNodeBackend } from '@restok/backend-node';
import type { GeneratorConfigInput } from '@restok/core';
import { benchmarkGenerator, benchmarkPasses, RELEASED_GENERATOR } from '../benchmark-generation';
import type { BlockSize } from '../benchmark-block';
import { benchmarkBlock, RELEASED_BLOCK } from '../benchmark-block';
import type { MachineSize } from '../benchmark-machine';
import { benchmarkMachine, MACHINE } from '../benchmark-machine';
import { benchmarkReleasedTokenizer, benchmarkTokenizer } from '../benchmark-tokenizer';
import type { TrainingSize } from '../benchmark-training';
import { benchmarkTrainingStep, SMALL_TRAINING } from '../benchmark-training';
import type { TokenizerOptions } from '../load-tokenizer';
import { createOutput } from '../output';
import type { BenchmarkRow } from '../timing';
import { STOCK_NAME } from '../timing';
import { findShippedGenerator, findShippedTokenizer } from '../shipped-model';
import { useBackend, webGpuUnavailable } from '../use-backend';

/** What is timed beside a model. */
export interface BenchmarkSizes {
  readonly machine: MachineSize;
  readonly block: BlockSize;
  /** Generator whose passes are timed with random weights. */
  readonly passes: GeneratorConfigInput;
  readonly training: TrainingSize;
}

/** Models to time, where not those that ship. */
export interface BenchOptions extends TokenizerOptions {
  readonly generator?: string;
  /** The released tokenizer too, with random weights: needs 6 GB of memory and 3 GB of disk. */
  readonly large?: boolean;
}

const RELEASED_SIZES: BenchmarkSizes = {
  machine: MACHINE,
  block: RELEASED_BLOCK,
  passes: RELEASED_GENERATOR,
  training: SMALL_TRAINING,
};

/** `restok bench`: speeds of this machine. Without a model only the parts of one are timed. */
export async function bench(options: BenchOptions, sizes: BenchmarkSizes = RELEASED_SIZES): Promise<void> {
  const output = createOutput(options);
  if (options.backend === 'webgpu') {
    throw webGpuUnavailable();
  }
  if (options.backend === 'cpu') {
    // What rows are compared with must be registered.
    await useNodeBackend({ gemm: 'wasm', threads: 1 });
  }
  const backend = await useBackend(options.backend);
  const model = options.model ?? findShippedTokenizer();
  // First, since it also tells how much memory it takes.
  output.progress('generation, released size');
  const rows = await benchmarkPasses(sizes.passes);
  if (options.large === true) {
    output.progress('tokenizer, released size');
    rows.push(...(await benchmarkReleasedTokenizer()));
  }
  output.progress('machine');
  rows.unshift(...(await benchmarkMachine(sizes.machine)));
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
  output.result({ backend, model: model ?? null, generator: generator ?? null, rows }, [
    `${backend.backend}: ${backend.products}, threads: ${backend.threads}`,
    ...tableOf(rows),
    ...(model === undefined ? ['no tokenizer was timed: pass one with --model'] : []),
    ...(generator === undefined ? ['no generator was timed: pass one with --generator'] : []),
  ]);
}

/** One line a row: what was timed, milliseconds of each engine, and what else is known. */
function tableOf(rows: readonly BenchmarkRow[]): string[] {
  const cells = [
    ['milliseconds', 'this backend', STOCK_NAME, 'ONNX Runtime', ''],
    ...rows.map((row) => [
      row.name,
      row.milliseconds.toFixed(1),
      row.against === STOCK_NAME ? (row.milliseconds * row.ratio!).toFixed(1) : '',
      row.onnxMilliseconds?.toFixed(1) ?? '',
      notesOf(row),
    ]),
  ];
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((line) => line[column]!.length)));
  return cells.map(([name, ...figures]) =>
    [
      name!.padEnd(widths[0]!),
      ...figures.slice(0, -1).map((cell, i) => cell.padStart(widths[i + 1]!)),
      figures.at(-1)!,
    ]
      .join('  ')
      .trimEnd(),
  );
}

function notesOf({ ratio, against, picturesPerSecond, megabytes, ...limits }: BenchmarkRow): string {
  return [
    ...(limits.gigaflops === undefined ? [] : [`${limits.gigaflops.toFixed(0)} GFLOP/s`]),
    ...(limits.gigabytesPerSecond === undefined ? [] : [`${limits.gigabytesPerSecond.toFixed(1)} GB/s`]),
    ...(picturesPerSecond === undefined ? [] : [`${picturesPerSecond.toFixed(2)} pictures/s`]),
    ...(ratio === undefined ? [] : [`${ratio.toFixed(2)} times as fast as ${against}`]),
    ...(megabytes === undefined ? [] : [`${megabytes} MB of memory`]),
  ].join(', ');
}
