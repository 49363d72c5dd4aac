import { sumLanes } from './exponential';

/** Copies a row of biases into each row of y. */
export function fillRows(y: usize, bias: usize, rows: i32, width: i32): void {
  for (let r = 0; r < rows; r++) {
    memory.copy(y + ((<usize>r * <usize>width) << 2), bias, <usize>width << 2);
  }
}

@inline
const BLOCK: i32 = 128;

/** Sums over rows, in blocks so that long columns keep their precision. `scratch` holds one row. */
export function columnSums(x: usize, sums: usize, rows: i32, width: i32, scratch: usize): void {
  memory.fill(sums, 0, <usize>width << 2);
  for (let start = 0; start < rows; start += BLOCK) {
    const end = min(start + BLOCK, rows);
    memory.fill(scratch, 0, <usize>width << 2);
    for (let r = start; r < end; r++) addRow(scratch, x + ((<usize>r * <usize>width) << 2), width);
    addRow(sums, scratch, width);
  }
}

@inline
function addRow(sums: usize, row: usize, width: i32): void {
  let i = 0;
  for (; i + 4 <= width; i += 4) {
    const o = <usize>i << 2;
    v128.store(sums + o, f32x4.add(v128.load(sums + o), v128.load(row + o)));
  }
  for (; i < width; i++) {
    const o = <usize>i << 2;
    store<f32>(sums + o, load<f32>(sums + o) + load<f32>(row + o));
  }
}

/** y = x + update gamma. */
export function scaledResidual(x: usize, update: usize, gamma: usize, y: usize, rows: i32, width: i32): void {
  for (let r = 0; r < rows; r++) {
    const at = (<usize>r * <usize>width) << 2;
    let i = 0;
    for (; i + 4 <= width; i += 4) {
      const o = <usize>i << 2;
      const scaled = f32x4.mul(v128.load(update + at + o), v128.load(gamma + o));
      v128.store(y + at + o, f32x4.add(v128.load(x + at + o), scaled));
    }
    for (; i < width; i++) {
      const o = <usize>i << 2;
      store<f32>(y + at + o, load<f32>(x + at + o) + load<f32>(update + at + o) * load<f32>(gamma + o));
    }
  }
}

/** dUpdate = g gamma; g update is added to dGamma. */
export function scaledResidualGrad(
  gradient: usize,
  update: usize,
  gamma: usize,
  dUpdate: usize,
  dGamma: usize,
  rows: i32,
  width: i32,
): void {
  for (let r = 0; r < rows; r++) {
    const at = (<usize>r * <usize>width) << 2;
    let i = 0;
    for (; i + 4 <= width; i += 4) {
      const o = <usize>i << 2;
      const g = v128.load(gradient + at + o);
      v128.store(dUpdate + at + o, f32x4.mul(g, v128.load(gamma + o)));
      v128.store(dGamma + o, f32x4.add(v128.load(dGamma + o), f32x4.mul(g, v128.load(update + at + o))));
    }
    for (; i < width; i++) {
      const o = <usize>i << 2;
      const g = load<f32>(gradient + at + o);
      store<f32>(dUpdate + at + o, g * load<f32>(gamma + o));
      store<f32>(dGamma + o, load<f32>(dGamma + o) + g * load<f32>(update + at + o));
    }
  }
}

/** In place: mean, variance and value of AdamW (decoupled decay, bias corrections folded into the factors). */
export function adamW(
  value: usize,
  mean: usize,
  variance: usize,
  gradient: usize,
  count: i32,
  gradientScale: f32,
  beta1: f32,
  beta2: f32,
  keep: f32,
  stepSize: f32,
  deviationScale: f32,
  epsilon: f32,
): void {
  const other1: f32 = 1.0 - beta1;
  const other2: f32 = 1.0 - beta2;
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const o = <usize>i << 2;
    const g = f32x4.mul(v128.load(gradient + o), f32x4.splat(gradientScale));
    const m = f32x4.add(f32x4.mul(v128.load(mean + o), f32x4.splat(beta1)), f32x4.mul(g, f32x4.splat(other1)));
    const squared = f32x4.mul(f32x4.mul(g, g), f32x4.splat(other2));
    const v = f32x4.add(f32x4.mul(v128.load(variance + o), f32x4.splat(beta2)), squared);
    v128.store(mean + o, m);
    v128.store(variance + o, v);
    const deviation = f32x4.add(f32x4.mul(f32x4.sqrt(v), f32x4.splat(deviationScale)), f32x4.splat(epsilon));
    const step = f32x4.mul(f32x4.div(m, deviation), f32x4.splat(stepSize));
    v128.store(value + o, f32x4.sub(f32x4.mul(v128.load(value + o), f32x4.splat(keep)), step));
  }
  for (; i < count; i++) {
    const o = <usize>i << 2;
    const g = load<f32>(gradient + o) * gradientScale;
    const m = load<f32>(mean + o) * beta1 + g * other1;
    const v = load<f32>(variance + o) * beta2 + g * g * other2;
    store<f32>(mean + o, m);
    store<f32>(variance + o, v);
    const deviation = <f32>Math.sqrt(<f64>v) * deviationScale + epsilon;
    store<f32>(value + o, load<f32>(value + o) * keep - (m / deviation) * stepSize);
  }
}

/** In place: average - (average - value) (1 - decay). */
export function movingAverage(average: usize, value: usize, count: i32, share: f32): void {
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const o = <usize>i << 2;
    const a = v128.load(average + o);
    v128.store(average + o, f32x4.sub(a, f32x4.mul(f32x4.sub(a, v128.load(value + o)), f32x4.splat(share))));
  }
  for (; i < count; i++) {
    const o = <usize>i << 2;
    const a = load<f32>(average + o);
    store<f32>(average + o, a - (a - load<f32>(value + o)) * share);
  }
}

/** Sum of squares, gathered in float64 over blocks. */
export function squaredNorm(x: usize, count: i32): f64 {
  let total: f64 = 0;
  let i = 0;
  while (i + 4 <= count) {
    let block = f32x4.splat(0);
    const end = min(i + 1024, count - 3);
    for (; i < end; i += 4) {
      const v = v128.load(x + (<usize>i << 2));
      block = f32x4.add(block, f32x4.mul(v, v));
    }
    total += <f64>sumLanes(block);
  }
  for (; i < count; i++) {
    const v = <f64>load<f32>(x + (<usize>i << 2));
    total += v * v;
  }
  return total;
}
