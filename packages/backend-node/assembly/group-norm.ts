import { sigmoid4 } from './exponential';

// Pictures are [B, pixels, channels], channels a multiple of 4. `scratch` holds 8 x channels floats.
// Per-channel sums run in float32 over blocks of 64 pixels and are gathered in float64.

@inline
export const BLOCK: i32 = 64;

/** Per-channel scale and offset such that normalised = x * scale + offset; sizes of scratch in floats. */
export function groupStatistics(
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
export function flush(block: usize, sums: usize, channels: i32): void {
  for (let c = 0; c < channels; c++) {
    const o = <usize>c << 3;
    store<f64>(sums + o, load<f64>(sums + o) + <f64>load<f32>(block + (<usize>c << 2)));
  }
}

@inline
function affine4(x: usize, scale: usize, offset: usize): v128 {
  return f32x4.add(f32x4.mul(v128.load(x), v128.load(scale)), v128.load(offset));
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
      let c = 0;
      // Eight channels at a time share the loading of constants.
      for (; c + 8 <= channels; c += 8) {
        const o = <usize>c << 2;
        const a = affine4(source + row + o, inverse + o, mean + o);
        const b = affine4(source + row + o + 16, inverse + o + 16, mean + o + 16);
        v128.store(target + row + o, silu ? f32x4.mul(a, sigmoid4(a)) : a);
        v128.store(target + row + o, silu ? f32x4.mul(b, sigmoid4(b)) : b, 16);
      }
      if (c < channels) {
        const o = <usize>c << 2;
        const a = affine4(source + row + o, inverse + o, mean + o);
        v128.store(target + row + o, silu ? f32x4.mul(a, sigmoid4(a)) : a);
      }
    }
  }
}
