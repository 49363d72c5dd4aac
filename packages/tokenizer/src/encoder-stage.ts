import type { TokenGrid } from '@restok/core';
import type { TokenMap } from '@restok/ops';
import { tokenMap } from '@restok/ops';
import { encoderPositions, RotaryPositions, visibleKeysOfBlocks } from '@restok/vit';
import type { TokenizerArchitecture } from './architecture';

/** The encoder's sequence between two merges: which grids it holds, its positions and its mask. */
export interface EncoderStage {
  /** Grids of image tokens in sequence order, coarsest first. */
  readonly grids: readonly TokenGrid[];
  readonly positions: RotaryPositions;
  readonly visibleKeys: readonly number[];
  /** Spreads one vector over the coarsest image tokens, which stand first; the rest stays zero. */
  readonly toCoarsest: TokenMap;
}

/** One stage per scale: at first the full grid alone, after each merge one more grid of half the width. */
export function encoderStages(architecture: TokenizerArchitecture): EncoderStage[] {
  const { grid, schedule, encoder, model, mergeLayers } = architecture;
  const stages: EncoderStage[] = [];
  let grids: TokenGrid[] = [grid];
  for (let merges = 0; merges <= mergeLayers.length; merges++) {
    const blockSizes = [...grids.map(({ rows, columns }) => rows * columns), ...schedule.levelSizes];
    const visibleKeys = visibleKeysOfBlocks(blockSizes);
    stages.push({
      grids,
      positions: new RotaryPositions(
        encoderPositions(grids, schedule.numLatents),
        encoder.width / encoder.heads,
        model.rope_base_len,
      ),
      visibleKeys,
      toCoarsest: tokenMap(
        1,
        visibleKeys.map((_, token) => (token < blockSizes[0]! ? [{ source: 0, weight: 1 }] : [])),
      ),
    });
    const coarsest = grids[0]!;
    grids = [{ rows: coarsest.rows, columns: coarsest.columns / 2 }, ...grids];
  }
  return stages;
}

/** Image tokens of a stage. */
export function numImageTokens(stage: EncoderStage): number {
  return stage.grids.reduce((total, { rows, columns }) => total + rows * columns, 0);
}
