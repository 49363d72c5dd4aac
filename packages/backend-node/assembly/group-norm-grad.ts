import { sigmoid4 } from './exponential';
import { BLOCK, flush, groupStatistics } from './group-norm';

@inline
function normalized4(x: usize, mean: usize, inverse: usize): v128 {
  return f32x4.mul(f32x4.sub(v128.load(x), v128.load(mean)), v128.load(inverse));
}

/** The gradient times that of SiLU at gain n + shift, where there is one. */
@inline
function gradientBeforeAffine4(gradient: v128, n: v128, gain: usize, shift: usize, silu: bool): v128 {
  if (!silu) return gradient;
  const one = f32x4.splat(1.0);
  const a = f32x4.add(f32x4.mul(n, v128.load(gain)), v128.load(shift));
  const s = sigmoid4(a);
  return f32x4.mul(gradient, f32x4.mul(s, f32x4.add(one, f32x4.mul(a, f32x4.sub(one, s)))));
}

@inline
function addTo(sums: usize, values: v128): void {
  v128.store(sums, f32x4.add(v128.load(sums), values));
}

/** dx, and dGain and dShift added to what they hold. */
export function groupNormGrad(
  gradient: usize,
  x: usize,
  gain: usize,
  shift: usize,
  dx: usize,
  dGain: usize,
  dShift: usize,
  batch: i32,
  pixels: i32,
  channels: i32,
  groups: i32,
  epsilon: f32,
  silu: bool,
  scratch: usize,
): void {
  const mean = scratch + <usize>channels * 12;
  const inverse = scratch + <usize>channels * 16;
  const sumGradient = scratch + <usize>channels * 20; // f64
  const sumProjection = scratch + <usize>channels * 28; // f64
  const blockGradient = scratch + <usize>channels * 36;
  const blockProjection = scratch + <usize>channels * 40;
  const slab = (<usize>pixels * <usize>channels) << 2;
  const perGroup = channels / groups;
  const rowBytes = <usize>channels << 2;
  for (let b = 0; b < batch; b++) {
    const g = gradient + <usize>b * slab;
    const source = x + <usize>b * slab;
    const target = dx + <usize>b * slab;
    groupStatistics(source, pixels, channels, groups, epsilon, scratch, mean, inverse);
    memory.fill(sumGradient, 0, <usize>channels * 16);
    // First pass: the gradient before the affine part goes to dx, its sums per channel are gathered.
    for (let start = 0; start < pixels; start += BLOCK) {
      const end = min(start + BLOCK, pixels);
      memory.fill(blockGradient, 0, <usize>channels << 3);
      for (let p = start; p < end; p++) {
        const row = (<usize>p * <usize>channels) << 2;
        let o: usize = 0;
        // Eight channels at a time share the loading of constants.
        for (; o + 32 <= rowBytes; o += 32) {
          const n = normalized4(source + row + o, mean + o, inverse + o);
          const m = normalized4(source + row + o + 16, mean + o + 16, inverse + o + 16);
          const d = gradientBeforeAffine4(v128.load(g + row + o), n, gain + o, shift + o, silu);
          const e = gradientBeforeAffine4(v128.load(g + row + o, 16), m, gain + o + 16, shift + o + 16, silu);
          v128.store(target + row + o, d);
          v128.store(target + row + o, e, 16);
          addTo(blockGradient + o, d);
          addTo(blockGradient + o + 16, e);
          addTo(blockProjection + o, f32x4.mul(d, n));
          addTo(blockProjection + o + 16, f32x4.mul(e, m));
        }
        if (o < rowBytes) {
          const n = normalized4(source + row + o, mean + o, inverse + o);
          const d = gradientBeforeAffine4(v128.load(g + row + o), n, gain + o, shift + o, silu);
          v128.store(target + row + o, d);
          addTo(blockGradient + o, d);
          addTo(blockProjection + o, f32x4.mul(d, n));
        }
      }
      flush(blockGradient, sumGradient, channels);
      flush(blockProjection, sumProjection, channels);
    }
    const count = <f64>pixels * <f64>perGroup;
    for (let group = 0; group < groups; group++) {
      let meanGradient: f64 = 0;
      let meanProjection: f64 = 0;
      for (let c = group * perGroup; c < (group + 1) * perGroup; c++) {
        const o = <usize>c << 2;
        const s = load<f64>(sumGradient + (<usize>c << 3));
        const p = load<f64>(sumProjection + (<usize>c << 3));
        store<f32>(dShift + o, load<f32>(dShift + o) + <f32>s);
        store<f32>(dGain + o, load<f32>(dGain + o) + <f32>p);
        meanGradient += s * <f64>load<f32>(gain + o);
        meanProjection += p * <f64>load<f32>(gain + o);
      }
      for (let c = group * perGroup; c < (group + 1) * perGroup; c++) {
        store<f32>(blockGradient + (<usize>c << 2), <f32>(meanGradient / count));
        store<f32>(blockProjection + (<usize>c << 2), <f32>(meanProjection / count));
      }
    }
    for (let p = 0; p < pixels; p++) {
      const row = (<usize>p * <usize>channels) << 2;
      for (let c = 0; c < channels; c += 4) {
        const o = <usize>c << 2;
        const i4 = v128.load(inverse + o);
        const n = normalized4(source + row + o, mean + o, inverse + o);
        const dn = f32x4.mul(v128.load(target + row + o), v128.load(gain + o));
        const centred = f32x4.sub(dn, v128.load(blockGradient + o));
        const d = f32x4.sub(centred, f32x4.mul(n, v128.load(blockProjection + o)));
        v128.store(target + row + o, f32x4.mul(d, i4));
      }
    }
  }
}
