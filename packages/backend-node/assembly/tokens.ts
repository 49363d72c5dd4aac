@inline
function addScaled(to: usize, from: usize, weight: f32, width: i32): void {
  const w4 = f32x4.splat(weight);
  let i = 0;
  for (; i + 4 <= width; i += 4) {
    const o = <usize>i << 2;
    v128.store(to + o, f32x4.add(v128.load(to + o), f32x4.mul(v128.load(from + o), w4)));
  }
  for (; i < width; i++) {
    const o = <usize>i << 2;
    store<f32>(to + o, load<f32>(to + o) + load<f32>(from + o) * weight);
  }
}

/** y[b, t] = sum of weights[j] x[b, sources[j]] for j from offsets[t] to offsets[t + 1]. */
export function mixTokens(
  x: usize,
  y: usize,
  offsets: usize,
  sources: usize,
  weights: usize,
  batch: i32,
  inputs: i32,
  outputs: i32,
  width: i32,
): void {
  const token = <usize>width << 2;
  for (let b = 0; b < batch; b++) {
    const from = x + <usize>(b * inputs) * token;
    for (let t = 0; t < outputs; t++) {
      const to = y + <usize>(b * outputs + t) * token;
      memory.fill(to, 0, token);
      const end = load<i32>(offsets + (<usize>(t + 1) << 2));
      for (let j = load<i32>(offsets + (<usize>t << 2)); j < end; j++) {
        const source = load<i32>(sources + (<usize>j << 2));
        addScaled(to, from + <usize>source * token, load<f32>(weights + (<usize>j << 2)), width);
      }
    }
  }
}

/** Rows of a table. */
export function gatherRows(table: usize, indices: usize, y: usize, count: i32, width: i32): void {
  const row = <usize>width << 2;
  for (let i = 0; i < count; i++) {
    memory.copy(y + <usize>i * row, table + <usize>load<i32>(indices + (<usize>i << 2)) * row, row);
  }
}

/** Adds each gradient row to its row of dTable, which starts as zeros. */
export function gatherRowsGrad(gradient: usize, indices: usize, dTable: usize, count: i32, width: i32): void {
  const row = <usize>width << 2;
  for (let i = 0; i < count; i++) {
    addScaled(dTable + <usize>load<i32>(indices + (<usize>i << 2)) * row, gradient + <usize>i * row, 1.0, width);
  }
}

/**
 * Index of the smallest |e|²/2 - z·e for each latent, the first one on ties.
 *
 * `transposed` is the codebook as [width, padded] and `halfNorms` |e|²/2, both padded to a multiple of 4 rows
 * with entries that never win.
 */
export function nearestCode(
  latents: usize,
  transposed: usize,
  halfNorms: usize,
  indices: usize,
  count: i32,
  padded: i32,
  width: i32,
): void {
  for (let n = 0; n < count; n++) {
    const z = latents + ((<usize>n * <usize>width) << 2);
    let best = f32x4.splat(Infinity);
    let bestAt = i32x4.splat(0);
    let at = i32x4(0, 1, 2, 3);
    for (let v = 0; v < padded; v += 4) {
      let distance = v128.load(halfNorms + (<usize>v << 2));
      for (let k = 0; k < width; k++) {
        const e = v128.load(transposed + (<usize>(k * padded + v) << 2));
        distance = f32x4.sub(distance, f32x4.mul(f32x4.splat(load<f32>(z + (<usize>k << 2))), e));
      }
      const closer = f32x4.lt(distance, best);
      best = v128.bitselect(distance, best, closer);
      bestAt = v128.bitselect(at, bestAt, closer);
      at = i32x4.add(at, i32x4.splat(4));
    }
    let smallest: f32 = f32x4.extract_lane(best, 0);
    let index = i32x4.extract_lane(bestAt, 0);
    consider(f32x4.extract_lane(best, 1), i32x4.extract_lane(bestAt, 1));
    consider(f32x4.extract_lane(best, 2), i32x4.extract_lane(bestAt, 2));
    consider(f32x4.extract_lane(best, 3), i32x4.extract_lane(bestAt, 3));
    if (lowest < smallest || (lowest === smallest && lowestAt < index)) {
      smallest = lowest;
      index = lowestAt;
    }
    lowest = Infinity;
    lowestAt = i32.MAX_VALUE;
    store<i32>(indices + (<usize>n << 2), index);
  }
}

let lowest: f32 = Infinity;
let lowestAt: i32 = i32.MAX_VALUE;

function consider(value: f32, index: i32): void {
  if (value < lowest || (value === lowest && index < lowestAt)) {
    lowest = value;
    lowestAt = index;
  }
}
