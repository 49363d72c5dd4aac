import type { Tensor, Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import {
  add,
  cast,
  div,
  floor,
  keep,
  mul,
  reshape,
  scalar,
  sub,
  sum,
  tanh,
  tensor1d,
  tensor2d,
  tidy,
} from '@tensorflow/tfjs-core';
import { ConfigError } from '@restok/core';
import { gatherRows, Module, squaredDistances, straightThrough } from '@restok/ops';
import { checkIndices } from './check-indices';
import type { Quantization, Quantizer, QuantizerOptions } from './quantizer';

/** The bound lies beyond the outermost levels by this share, so that latents can reach them. */
const MARGIN = 1e-3;

/** How a channel of n levels is bounded: to (-reach - offset, reach - offset), with 0 staying 0. */
interface Bounds {
  readonly reach: number;
  /** Half a step where n is even, whose levels are -n/2 ... n/2 - 1. */
  readonly offset: number;
  /** Level numbers are divided by this, floor(n / 2), to give codes in -1 ... 1. */
  readonly halfWidth: number;
}

function boundsOf(numLevels: number): Bounds {
  return {
    reach: ((numLevels - 1) * (1 + MARGIN)) / 2,
    offset: numLevels % 2 === 0 ? 0.5 : 0,
    halfWidth: Math.floor(numLevels / 2),
  };
}

/**
 * Rounds each channel of a latent to one of a few levels: no codebook to learn, no loss, and no code that dies.
 *
 * Channel i becomes round(reach · tanh(z + atanh(offset / reach)) - offset) / floor(nᵢ / 2); the index reads the
 * level numbers as digits, the first channel turning fastest. V is the product of the nᵢ.
 *
 * @source Mentzer et al., arXiv 2309.15505; not part of the published ResTok. Its listing shifts by tan and ends
 *   the bound short of the outermost levels; atanh keeps 0 at 0, and two levels need a bound beyond them.
 */
export class FiniteScalarQuantizer extends Module implements Quantizer {
  private readonly levels: readonly number[];
  private readonly bounds: readonly Bounds[];
  private table: Tensor2D | undefined;

  /** @throws ConfigError when the levels are not Dc whole numbers of at least 2 whose product is V. */
  constructor(readonly options: Pick<QuantizerOptions, 'codebookSize' | 'codeWidth' | 'scalarLevels'>) {
    super();
    const { codebookSize, codeWidth, scalarLevels: levels = [] } = options;
    const areLevels = levels.length === codeWidth && levels.every((n) => Number.isInteger(n) && n >= 2);
    if (!areLevels || levels.reduce((product, n) => product * n, 1) !== codebookSize) {
      throw new ConfigError(
        `FiniteScalarQuantizer: scalarLevels must be ${codeWidth} whole numbers of at least 2 whose product is ${codebookSize}, got [${levels.join(', ')}]. Set fsq_levels, or codebook_size and token_size to fit them.`,
      );
    }
    this.levels = levels;
    this.bounds = levels.map(boundsOf);
  }

  /** Every code in the order of indices, `[V, Dc]`, owned by this module. */
  get codebook(): Tensor2D {
    if (this.table === undefined) {
      const rows = Array.from({ length: this.options.codebookSize }, (_, index) => this.codeOf(index));
      this.table = keep(tensor2d(rows));
    }
    return this.table;
  }

  /** @throws ConfigError always: the levels fix the codes. */
  replaceCodebook(): never {
    throw new ConfigError(
      'replaceCodebook: quantizer must be vq, got fsq, whose codes are fixed. Train without codes that start from latents or are revived.',
    );
  }

  /**
   * Codes of the nearest levels; every loss is 0.
   *
   * @param latents `[B, L, Dc]` float32.
   */
  quantize(latents: Tensor3D): Quantization {
    return tidy(() => {
      const bounded = this.bounded(latents);
      const numbers = floor(add(bounded, 0.5)); // [B, L, Dc], around 0
      const halfWidths = this.perChannel(({ halfWidth }) => halfWidth);
      const places = tensor1d(placesOf(this.levels));
      return {
        codes: div(straightThrough(bounded, numbers), halfWidths) as Tensor3D,
        indices: cast(sum(mul(add(numbers, halfWidths), places), 2), 'int32') as Tensor2D,
        quantizerLoss: scalar(0),
        commitmentLoss: scalar(0),
        codebookLoss: scalar(0),
        entropyLoss: scalar(0),
      };
    });
  }

  /** Latents bounded to the range of codes, before rounding. */
  comparable<X extends Tensor2D | Tensor3D>(latents: X): X {
    return tidy(
      () =>
        div(
          this.bounded(latents),
          this.perChannel(({ halfWidth }) => halfWidth),
        ) as X,
    );
  }

  codesOf(indices: Tensor2D): Tensor3D {
    checkIndices(indices, this.options.codebookSize);
    return tidy(() => {
      const rows = gatherRows(this.codebook, reshape(indices, [-1]) as Tensor1D);
      return reshape(rows, [...indices.shape, this.options.codeWidth]) as Tensor3D;
    });
  }

  distances(latents: Tensor3D): Tensor3D {
    return tidy(() => {
      const { codebookSize, codeWidth } = this.options;
      const points = this.comparable(reshape(latents, [-1, codeWidth]) as Tensor2D);
      const [batch, numLatents] = latents.shape;
      return reshape(squaredDistances(points, this.codebook), [batch, numLatents, codebookSize]) as Tensor3D;
    });
  }

  override dispose(): void {
    super.dispose();
    this.table?.dispose();
    this.table = undefined;
  }

  private bounded<X extends Tensor>(latents: X): X {
    const shift = this.perChannel(({ offset, reach }) => Math.atanh(offset / reach));
    const reach = this.perChannel((bounds) => bounds.reach);
    return sub(
      mul(tanh(add(latents, shift)), reach),
      this.perChannel(({ offset }) => offset),
    ) as X;
  }

  private perChannel(value: (bounds: Bounds) => number): Tensor1D {
    return tensor1d(this.bounds.map(value));
  }

  private codeOf(index: number): number[] {
    return placesOf(this.levels).map((place, channel) => {
      const digit = Math.floor(index / place) % this.levels[channel]!;
      const { halfWidth } = this.bounds[channel]!;
      return (digit - halfWidth) / halfWidth;
    });
  }
}

/** What a step of each channel adds to the index: 1, n₁, n₁ n₂, ... */
function placesOf(levels: readonly number[]): number[] {
  let place = 1;
  return levels.map((numLevels) => {
    const current = place;
    place *= numLevels;
    return current;
  });
}
