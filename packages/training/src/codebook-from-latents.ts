import type { Tensor3D } from '@tensorflow/tfjs-core';
import { tensor2d } from '@tensorflow/tfjs-core';
import type { Random } from '@restok/core';
import type { ResTok } from '@restok/tokenizer';

/**
 * Replaces the codebook by latents that were seen, drawn at random, so that every code starts in use.
 *
 * @param latents `[B, L, Dc]` batches, before the quantiser; not consumed. Where they hold fewer than V
 *   latents some are drawn twice.
 */
export function codebookFromLatents(tokenizer: ResTok, latents: readonly Tensor3D[], random: Random): void {
  const { quantizer } = tokenizer;
  const { codebookSize, codeWidth } = quantizer.options;
  const seen = latents.flatMap((batch) => rowsOf(quantizer.comparable(batch), codeWidth));
  const order = random.permutation(seen.length);
  const values = new Float32Array(codebookSize * codeWidth);
  for (let code = 0; code < codebookSize; code++) {
    values.set(seen[order[code % order.length]!]!, code * codeWidth);
  }
  quantizer.replaceCodebook(tensor2d(values, [codebookSize, codeWidth]));
}

/**
 * Puts latents of the current batch in place of codes that nothing has chosen.
 *
 * @param unused codes to replace.
 * @returns how many were replaced.
 */
export function reviveCodes(
  tokenizer: ResTok,
  latents: Tensor3D,
  unused: readonly number[],
  random: Random,
): number {
  const { quantizer } = tokenizer;
  const { codebookSize, codeWidth } = quantizer.options;
  const seen = rowsOf(quantizer.comparable(latents), codeWidth);
  const order = random.permutation(seen.length);
  const replaced = unused.slice(0, seen.length);
  const values = Float32Array.from(quantizer.codebook.dataSync());
  replaced.forEach((code, i) => values.set(seen[order[i]!]!, code * codeWidth));
  quantizer.replaceCodebook(tensor2d(values, [codebookSize, codeWidth]));
  return replaced.length;
}

/** The rows of `[B, L, Dc]`, which is consumed. */
function rowsOf(latents: Tensor3D, codeWidth: number): Float32Array[] {
  const values = latents.dataSync() as Float32Array;
  latents.dispose();
  return Array.from({ length: values.length / codeWidth }, (_, i) =>
    values.slice(i * codeWidth, (i + 1) * codeWidth),
  );
}
