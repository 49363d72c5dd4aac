import { sigmoid4 } from './exponential';

// Pictures are [B, pixels, channels], channels a multiple of 4. `scratch` holds 8 x channels floats.
// Per-channel sums run in float32 over blocks of 64 pixels and are gathered in float64.

// @ts-ignore: decorator
@inline
const BLOCK: i32 = 64;

/** Per-channel scale and offset such that normalised = x * scale + offset; sizes of scratch in floats. */
function groupStatistics(
  x: usize,
  pixels: i32,
  channels: i32,
  groups: i32,
  epsilon: f32,
  scratch: usize,
  mean: usize,
  inverse: usize,
): void {
  const sums = scratch; // f64 per channel
  const block = scratch + (<usize>channels << 3); // f32 per channel
  const perGroup = channels / groups;
  const count = <f64>pixels * <f64>perGroup;

  channelSums(x, pixels, channels, sums, block, 0, false);
  for (let group = 0; group < groups; group++) {
    let total: f64 = 0;
    for (let c = group * perGroup; c < (group + 1) * perGroup; c++) total += load<f64>(sums + (<usize>c << 3));
    for (let c = group * perGroup; c < (group + 1) * perGroup; c++) store<f32>(mean + (<usize>c << 2), <f32>(total / count));
  }
  channelSums(x, pixels, channels, sums, block, mean, true);
  for (let group = 0; group < groups; group++) {
    let total: f64 = 0;
    for (let c = group * perGroup; c < (group + 1) * perGroup; c++) total += load<f64>(sums + (<usize>c << 3));
    const value = <f32>(1.0 / Math.sqrt(total / count + <f64>epsilon));
    for (let c = group * perGroup; c < (group + 1) * perGroup; c++) store<f32>(inverse + (<usize>c << 2), value);
  }
}

/** Sums of x per channel or, with `squares`, of (x - mean)². */
function channelSums(
  x: usize,
  pixels: i32,
  channels: i32,
  sums: usize,
  block: usize,
  mean: usize,
  squares: bool,
): void {
  memory.fill(sums, 0, <usize>channels << 3);
  for (let start = 0; start < pixels; start += BLOCK) {
    const end = min(start + BLOCK, pixels);
    memory.fill(block, 0, <usize>channels << 2);
    for (let p = start; p < end; p++) {
      const row = x + ((<usize>p * <usize>channels) << 2);
      for (let c = 0; c < channels; c += 4) {
        const o = <usize>c << 2;
        let v = v128.load(row + o);
        if (squares) {
          v = f32x4.sub(v, v128.load(mean + o));
          v = f32x4.mul(v, v);
        }
        v128.store(block + o, f32x4.add(v128.load(block + o), v));
      }
    }
    flush(block, sums, channels);
  }
}

/** Adds float32 block sums to float64 totals. */
function flush(block: usize, sums: usize, channels: i32): void {
  for (let c = 0; c < channels; c++) {
    const o = <usize>c << 3;
    store<f64>(sums + o, load<f64>(sums + o) + <f64>load<f32>(block + (<usize>c << 2)));
  }
}

export function groupNorm(
  x: usize,
  gain: usize,
  shift: usize,
  y: usize,
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
  const slab = (<usize>pixels * <usize>channels) << 2;
  for (let b = 0; b < batch; b++) {
    const source = x + <usize>b * slab;
    const target = y + <usize>b * slab;
    groupStatistics(source, pixels, channels, groups, epsilon, scratch, mean, inverse);
    // affine = x * (inverse gain) + (shift - mean inverse gain)
    for (let c = 0; c < channels; c++) {
      const o = <usize>c << 2;
      const scale = load<f32>(inverse + o) * load<f32>(gain + o);
      store<f32>(mean + o, load<f32>(shift + o) - load<f32>(mean + o) * scale);
      store<f32>(inverse + o, scale);
    }
    for (let p = 0; p < pixels; p++) {
      const row = (<usize>p * <usize>channels) << 2;
      for (let c = 0; c < channels; c += 4) {
        const o = <usize>c << 2;
        const a = f32x4.add(f32x4.mul(v128.load(source + row + o), v128.load(inverse + o)), v128.load(mean + o));
        v128.store(target + row + o, silu ? f32x4.mul(a, sigmoid4(a)) : a);
      }
    }
  }
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
  const one = f32x4.splat(1.0);
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
        for (let c = 0; c < channels; c += 4) {
          const o = <usize>c << 2;
          const n = f32x4.mul(f32x4.sub(v128.load(source + row + o), v128.load(mean + o)), v128.load(inverse + o));
          let d = v128.load(g + row + o);
          if (silu) {
            const a = f32x4.add(f32x4.mul(n, v128.load(gain + o)), v128.load(shift + o));
            const s = sigmoid4(a);
            d = f32x4.mul(d, f32x4.mul(s, f32x4.add(one, f32x4.mul(a, f32x4.sub(one, s)))));
          }
          v128.store(target + row + o, d);
          v128.store(blockGradient + o, f32x4.add(v128.load(blockGradient + o), d));
          v128.store(blockProjection + o, f32x4.add(v128.load(blockProjection + o), f32x4.mul(d, n)));
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
        const n = f32x4.mul(f32x4.sub(v128.load(source + row + o), v128.load(mean + o)), i4);
        const dn = f32x4.mul(v128.load(target + row + o), v128.load(gain + o));
        const centred = f32x4.sub(dn, v128.load(blockGradient + o));
        const d = f32x4.sub(centred, f32x4.mul(n, v128.load(blockProjection + o)));
        v128.store(target + row + o, f32x4.mul(d, i4));
      }
    }
  }
}
