import { tidy } from '@tensorflow/tfjs-core';
import type { ResTok } from '@restok/tokenizer';
import type { CodebookMap } from '../engine/engine-api';
import { arrangeOnGrid } from './arrange-on-grid';

/** Codes on a square grid, neighbours alike: one code for each cell, spread over the whole codebook. */
export async function codebookMap(tokenizer: ResTok, columns: number): Promise<CodebookMap> {
  const { quantizer } = tokenizer;
  const { codeWidth } = quantizer.options;
  const rows = tidy(() => quantizer.comparable(quantizer.codebook).clone());
  try {
    const values = (await rows.data()) as Float32Array;
    return { cells: arrangeOnGrid(values, codeWidth, columns), columns };
  } finally {
    rows.dispose();
  }
}
