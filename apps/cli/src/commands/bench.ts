import { benchmarkBlock, benchmarkTokenizer } from '../benchmarks';
import { createOutput } from '../output';
import { useNodeBackend } from '@restok/backend-node';

/** `restok bench`: speeds of this machine. */
export async function bench(options: { readonly json: boolean }): Promise<void> {
  const output = createOutput(options);
  const backend = await useNodeBackend();
  output.progress('ViT block');
  const rows = await benchmarkBlock();
  output.progress('shipped tokenizer');
  rows.push(...(await benchmarkTokenizer()));
  const width = Math.max(...rows.map(({ name }) => name.length));
  output.result({ backend, rows }, [
    `${backend.gemm} (${backend.library}), ${backend.threads} threads`,
    ...rows.map(({ name, milliseconds, ratio, against }) => {
      const compared = ratio === undefined ? '' : `, ${ratio.toFixed(1)} times as fast as ${against}`;
      return `${name.padEnd(width)}  ${milliseconds.toFixed(1)} ms${compared}`;
    }),
  ]);
}
