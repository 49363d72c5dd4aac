import { sumLanes } from './exponential';
import { inverseDeviation, rowMean } from './layer-norm';

/** (a, b) pairs turned by their angles: x cos + swapped(x) (-sin, sin). `sign` is 1, or -1 to turn back. */
@inline
export function turn4(v: v128, cos: usize, sin: usize, sign: v128): v128 {
  const c2 = v128.load64_zero(cos);
  const s2 = v128.load64_zero(sin);
  const c = i32x4.shuffle(c2, c2, 0, 0, 1, 1);
  const s = f32x4.mul(i32x4.shuffle(s2, s2, 0, 0, 1, 1), sign);
  const swapped = i32x4.shuffle(v, v, 1, 0, 3, 2);
  return f32x4.add(f32x4.mul(v, c), f32x4.mul(swapped, s));
}

/** LayerNorm and rotation of the queries or keys of all tokens; head width is a multiple of 4. */
function normalizeAndRotatePart(
  from: usize,
  to: usize,
  gain: usize,
  shift: usize,
  cos: usize,
  sin: usize,
  batch: i32,
  positions: i32,
  heads: i32,
  headWidth: i32,
  epsilon: f32,
): void {
  const stride = <usize>(3 * heads * headWidth) << 2;
  const head = <usize>headWidth << 2;
  const forwards = f32x4(-1, 1, -1, 1);
  for (let b = 0; b < batch; b++) {
    for (let t = 0; t < positions; t++) {
      const token = <usize>(b * positions + t) * stride;
      const angles = (<usize>t * <usize>headWidth) << 1;
      for (let h = 0; h < heads; h++) {
        const x = from + token + <usize>h * head;
        const y = to + token + <usize>h * head;
        const mean = rowMean(x, headWidth);
        const inverse4 = f32x4.splat(inverseDeviation(x, headWidth, mean, epsilon));
        const mean4 = f32x4.splat(mean);
        for (let i = 0; i < headWidth; i += 4) {
          const o = <usize>i << 2;
          const n = f32x4.mul(f32x4.sub(v128.load(x + o), mean4), inverse4);
          const v = f32x4.add(f32x4.mul(n, v128.load(gain + o)), v128.load(shift + o));
          v128.store(y + o, turn4(v, cos + angles + (o >> 1), sin + angles + (o >> 1), forwards));
        }
      }
    }
  }
}

function normalizeAndRotatePartGrad(
  gradient: usize,
  from: usize,
  to: usize,
  gain: usize,
  dGain: usize,
  dShift: usize,
  cos: usize,
  sin: usize,
  batch: i32,
  positions: i32,
  heads: i32,
  headWidth: i32,
  epsilon: f32,
): void {
  const stride = <usize>(3 * heads * headWidth) << 2;
  const head = <usize>headWidth << 2;
  const backwards = f32x4(1, -1, 1, -1);
  for (let b = 0; b < batch; b++) {
    for (let t = 0; t < positions; t++) {
      const token = <usize>(b * positions + t) * stride;
      const angles = (<usize>t * <usize>headWidth) << 1;
      for (let h = 0; h < heads; h++) {
        const g = gradient + token + <usize>h * head;
        const x = from + token + <usize>h * head;
        const dx = to + token + <usize>h * head;
        const mean = rowMean(x, headWidth);
        const inverse4 = f32x4.splat(inverseDeviation(x, headWidth, mean, epsilon));
        const mean4 = f32x4.splat(mean);
        let sum4 = f32x4.splat(0);
        let projection4 = f32x4.splat(0);
        for (let i = 0; i < headWidth; i += 4) {
          const o = <usize>i << 2;
          const d = turn4(v128.load(g + o), cos + angles + (o >> 1), sin + angles + (o >> 1), backwards);
          const n = f32x4.mul(f32x4.sub(v128.load(x + o), mean4), inverse4);
          v128.store(dGain + o, f32x4.add(v128.load(dGain + o), f32x4.mul(d, n)));
          v128.store(dShift + o, f32x4.add(v128.load(dShift + o), d));
          const dn = f32x4.mul(d, v128.load(gain + o));
          v128.store(dx + o, dn);
          sum4 = f32x4.add(sum4, dn);
          projection4 = f32x4.add(projection4, f32x4.mul(dn, n));
        }
        const a = f32x4.splat(sumLanes(sum4) / <f32>headWidth);
        const p = f32x4.splat(sumLanes(projection4) / <f32>headWidth);
        for (let i = 0; i < headWidth; i += 4) {
          const o = <usize>i << 2;
          const n = f32x4.mul(f32x4.sub(v128.load(x + o), mean4), inverse4);
          const d = f32x4.sub(f32x4.sub(v128.load(dx + o), a), f32x4.mul(n, p));
          v128.store(dx + o, f32x4.mul(d, inverse4));
        }
      }
    }
  }
}

/** Queries and keys normalised and turned, values copied. qkv and y are [B, T, 3 heads headWidth]. */
export function normalizeAndRotate(
  qkv: usize,
  queryGain: usize,
  queryShift: usize,
  keyGain: usize,
  keyShift: usize,
  cos: usize,
  sin: usize,
  y: usize,
  batch: i32,
  positions: i32,
  heads: i32,
  headWidth: i32,
  epsilon: f32,
): void {
  const part = <usize>(heads * headWidth) << 2;
  normalizeAndRotatePart(qkv, y, queryGain, queryShift, cos, sin, batch, positions, heads, headWidth, epsilon);
  normalizeAndRotatePart(qkv + part, y + part, keyGain, keyShift, cos, sin, batch, positions, heads, headWidth, epsilon);
  copyValues(qkv, y, batch * positions, part);
}

/** dQkv; the four parameter gradients are added to what they hold. */
export function normalizeAndRotateGrad(
  gradient: usize,
  qkv: usize,
  queryGain: usize,
  keyGain: usize,
  cos: usize,
  sin: usize,
  dQkv: usize,
  dQueryGain: usize,
  dQueryShift: usize,
  dKeyGain: usize,
  dKeyShift: usize,
  batch: i32,
  positions: i32,
  heads: i32,
  headWidth: i32,
  epsilon: f32,
): void {
  const part = <usize>(heads * headWidth) << 2;
  normalizeAndRotatePartGrad(
    gradient, qkv, dQkv, queryGain, dQueryGain, dQueryShift,
    cos, sin, batch, positions, heads, headWidth, epsilon,
  );
  normalizeAndRotatePartGrad(
    gradient + part, qkv + part, dQkv + part, keyGain, dKeyGain, dKeyShift,
    cos, sin, batch, positions, heads, headWidth, epsilon,
  );
  copyValues(gradient, dQkv, batch * positions, part);
}

function copyValues(from: usize, to: usize, tokens: i32, part: usize): void {
  for (let t = 0; t < tokens; t++) {
    const at = <usize>t * part * 3 + part * 2;
    memory.copy(to + at, from + at, part);
  }
}
