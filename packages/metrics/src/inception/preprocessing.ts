/** Pictures of one size, as bytes. */
export interface PictureBatch {
  /** `[count, height, width, 3]`, flattened, 0 to 255. */
  readonly pixels: ArrayLike<number>;
  readonly count: number;
  readonly height: number;
  readonly width: number;
}

/** How pictures are brought to the network. */
export interface Preprocessing {
  /** What reports say of it. */
  readonly description: string;
  /** Where pixel `i` of the result lies in the original, `scale` being original pixels per pixel. */
  readonly position: (i: number, scale: number) => number;
  /** From bytes to what the network was trained on. */
  readonly normalize: (byte: number) => number;
}

/** The two ways in use: numbers of one do not compare with numbers of the other. */
export const preprocessings = {
  /** The graph's own: corners of pixels as positions, so pictures shift by up to half a pixel. */
  tensorflow: {
    description: 'bilinear as TensorFlow 1 (no half-pixel centres), (x - 128) / 128',
    position: (i, scale) => i * scale,
    normalize: (byte) => (byte - 128) / 128,
  },
  /** PyTorch's interpolate without aligned corners, not antialiased. */
  pytorch: {
    description: 'bilinear as PyTorch (half-pixel centres, not antialiased), 2 x / 255 - 1',
    position: (i, scale) => Math.max(0, (i + 0.5) * scale - 0.5),
    normalize: (byte) => (2 * byte) / 255 - 1,
  },
} satisfies Record<string, Preprocessing>;

/** A key of `preprocessings`. */
export type PreprocessingName = keyof typeof preprocessings;

/** Two neighbours and how much of the second. */
interface Taps {
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly share: Float64Array;
}

/**
 * Resizes and normalises pictures.
 *
 * @returns `[count, size, size, 3]`.
 */
export function preprocess(batch: PictureBatch, size: number, how: Preprocessing): Float32Array {
  const { pixels, count, height, width } = batch;
  const rows = taps(height, size, how);
  const columns = taps(width, size, how);
  const result = new Float32Array(count * size * size * 3);
  let to = 0;
  for (let picture = 0; picture < count; picture++) {
    for (let y = 0; y < size; y++) {
      const top = (picture * height + rows.first[y]!) * width;
      const bottom = (picture * height + rows.second[y]!) * width;
      const down = rows.share[y]!;
      for (let x = 0; x < size; x++) {
        const left = columns.first[x]!;
        const right = columns.second[x]!;
        const across = columns.share[x]!;
        for (let channel = 0; channel < 3; channel++) {
          const at = (start: number, column: number): number => pixels[(start + column) * 3 + channel]!;
          const upper = at(top, left) + (at(top, right) - at(top, left)) * across;
          const lower = at(bottom, left) + (at(bottom, right) - at(bottom, left)) * across;
          result[to++] = how.normalize(upper + (lower - upper) * down);
        }
      }
    }
  }
  return result;
}

function taps(from: number, to: number, { position }: Preprocessing): Taps {
  const first = new Int32Array(to);
  const second = new Int32Array(to);
  const share = new Float64Array(to);
  for (let i = 0; i < to; i++) {
    const at = position(i, from / to);
    first[i] = Math.min(from - 1, Math.floor(at));
    second[i] = Math.min(from - 1, first[i]! + 1);
    share[i] = at - first[i]!;
  }
  return { first, second, share };
}
