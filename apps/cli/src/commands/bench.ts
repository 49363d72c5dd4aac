import { useNodeBackend } from '@restok/backend-node';
import type { BlockSize } from '../benchmarks';
import type { TrainingSize } from '../benchmark-training';
import { benchmarkTrainingStep, SMALL_TRAINING } from '../benchmark-training';
import { benchmarkBlock, benchmarkTokenizer, RELEASED_BLOCK } from '../benchmarks';
import type { TokenizerOptions } from '../load-tokenizer';
import { createOutput } from '../output';
import { findShippedTokenizer } from '../shipped-model';
import { useBackend } from '../use-backend';

/** What is timed beside a model. */
export interface BenchmarkSizes {
  readonly block: BlockSize;
  readonly training: TrainingSize;
}

/** `restok bench`: speeds of this machine. Without a model only the parts of one are timed. */
export async function bench(
  options: TokenizerOptions,
  sizes: BenchmarkSizes = { block: RELEASED_BLOCK, training: SMALL_TRAINING },
): Promise<void> {
  const output = createOutput(options);
  if (options.backend === 'cpu') {
    // What rows are compared with must be registered.
    await useNodeBackend({ gemm: 'wasm', threads: 1 });
  }
  const backend = await useBackend(options.backend);
  const model = options.model ?? findShippedTokenizer();
  output.progress('ViT block');
  const rows = await benchmarkBlock(sizes.block);
  if (model !== undefined) {
    output.progress('tokenizer');
    rows.push(...(await benchmarkTokenizer(model)));
  }
  if (backend.backend === 'restok-node') {
    output.progress('training step');
    // Last, since the trainer sets threads of its own.
    rows.push(await benchmarkTrainingStep(sizes.training));
  }
  const width = Math.max(...rows.map(({ name }) => name.length));
  output.result({ backend, model: model ?? null, rows }, [
    `${backend.backend}: ${backend.products}, threads: ${backend.threads}`,
    ...rows.map(({ name, milliseconds, ratio, against }) => {
      const compared = ratio === undefined ? '' : `, ${ratio.toFixed(2)} times as fast as ${against}`;
      return `${name.padEnd(width)}  ${milliseconds.toFixed(1)} ms${compared}`;
    }),
    ...(model === undefined ? ['no tokenizer was timed: pass one with --model'] : []),
  ]);
}
