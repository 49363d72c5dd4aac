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
export async function codebookFromLatents(
  tokenizer: ResTok,
  latents: readonly Tensor3D[],
  random: Random,
): Promise<void> {
  const { quantizer } = tokenizer;
  const { codebookSize, codeWidth } = quantizer.options;
  const batches = await Promise.all(latents.map((batch) => rowsOf(quantizer.comparable(batch), codeWidth)));
  const seen = batches.flat();
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
export async function reviveCodes(
  tokenizer: ResTok,
  latents: Tensor3D,
  unused: readonly number[],
  random: Random,
): Promise<number> {
  const { quantizer } = tokenizer;
  const { codebookSize, codeWidth } = quantizer.options;
  const seen = await rowsOf(quantizer.comparable(latents), codeWidth);
  const order = random.permutation(seen.length);
  const replaced = unused.slice(0, seen.length);
  const values = Float32Array.from(await quantizer.codebook.data());
  replaced.forEach((code, i) => values.set(seen[order[i]!]!, code * codeWidth));
  quantizer.replaceCodebook(tensor2d(values, [codebookSize, codeWidth]));
  return replaced.length;
}

/** The rows of `[B, L, Dc]`, which is consumed. */
async function rowsOf(latents: Tensor3D, codeWidth: number): Promise<Float32Array[]> {
  const values = (await latents.data()) as Float32Array;
  latents.dispose();
  return Array.from({ length: values.length / codeWidth }, (_, i) =>
    values.slice(i * codeWidth, (i + 1) * codeWidth),
  );
}
