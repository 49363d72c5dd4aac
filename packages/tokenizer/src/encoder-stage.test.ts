import { parseTokenizerConfig } from '@restok/core';
import { denseTokenMap } from '@restok/ops';
import { encoderPositions, rotationAngles } from '@restok/vit';
import { expectClose, useTestBackend } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { tinyTokenizerConfig } from '../test/tiny-tokenizer';
import { tokenizerArchitecture } from './architecture';
import type { EncoderStage } from './encoder-stage';
import { encoderStages, numImageTokens } from './encoder-stage';

/** A grid of 4 x 4 and levels of 1, 1, 2 and 4 latents; two scales unless the changes say otherwise. */
const stagesOf = (changes: Readonly<Record<string, unknown>> = {}): EncoderStage[] =>
  encoderStages(tokenizerArchitecture(parseTokenizerConfig(tinyTokenizerConfig(changes))));

const repeat = (count: number, value: number): number[] => new Array<number>(count).fill(value);

describe('encoderStages', () => {
  beforeAll(() => useTestBackend('cpu'));

  it('puts a grid of half the width in front for each merge', () => {
    const full = { rows: 4, columns: 4 };
    const grids = stagesOf({
      hierarchy_stages: 3,
      vit_enc_model_size: { width: 24, layers: 3, heads: 2 },
    }).map((stage) => stage.grids);
    expect(grids).toEqual([
      [full],
      [{ rows: 4, columns: 2 }, full],
      [{ rows: 4, columns: 1 }, { rows: 4, columns: 2 }, full],
    ]);
  });

  it('has one stage where nothing merges', () => {
    expect(stagesOf({ merge_tokens: false })).toHaveLength(1);
  });

  it('lets every token see its own block and those before it', () => {
    const [before, after] = stagesOf();
    expect(before!.visibleKeys).toEqual([...repeat(16, 16), 17, 18, 20, 20, 24, 24, 24, 24]);
    expect(after!.visibleKeys).toEqual([
      ...repeat(8, 8),
      ...repeat(16, 24),
      25,
      26,
      28,
      28,
      ...repeat(4, 32),
    ]);
  });

  it('turns queries and keys by the positions of its grids', () => {
    const stage = stagesOf()[1]!;
    // 24 over 2 heads.
    const { cos, sin } = rotationAngles(encoderPositions(stage.grids, 8), 12, 10000);
    const exact = 0;
    expectClose(stage.positions.table.cos, cos, exact);
    expectClose(stage.positions.table.sin, sin, exact);
    stage.positions.dispose();
  });

  it('spreads a vector over the coarsest image tokens alone', () => {
    const map = stagesOf()[1]!.toCoarsest;
    expect([map.numInputs, map.numOutputs]).toEqual([1, 32]);
    expect([...denseTokenMap(map)]).toEqual([...repeat(8, 1), ...repeat(24, 0)]);
  });
});

describe('numImageTokens', () => {
  it('counts the tokens of all grids', () => {
    expect(stagesOf().map(numImageTokens)).toEqual([16, 24]);
  });
});
