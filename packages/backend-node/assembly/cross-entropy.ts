import { exp1, exp4, rowMaximum, sumLanes } from './exponential';

/** The largest value of each row and the sum of e^(x - largest). */
export function softmaxStatistics(x: usize, maxima: usize, sums: usize, rows: i32, width: i32): void {
  for (let r = 0; r < rows; r++) {
    const row = x + ((<usize>r * <usize>width) << 2);
    const largest = rowMaximum(row, width);
    store<f32>(maxima + (<usize>r << 2), largest);
    store<f32>(sums + (<usize>r << 2), sumOfExponentials(row, width, largest));
  }
}

/** dx = g (softmax(x) - 1 at the target). */
export function crossEntropyGrad(
  gradient: usize,
  x: usize,
  targets: usize,
  dx: usize,
  rows: i32,
  width: i32,
): void {
  for (let r = 0; r < rows; r++) {
    const at = (<usize>r * <usize>width) << 2;
    const g = load<f32>(gradient + (<usize>r << 2));
    const largest = rowMaximum(x + at, width);
    const scale = g / sumOfExponentials(x + at, width, largest);
    const largest4 = f32x4.splat(largest);
    const scale4 = f32x4.splat(scale);
    let i = 0;
    for (; i + 4 <= width; i += 4) {
      const o = at + (<usize>i << 2);
      v128.store(dx + o, f32x4.mul(exp4(f32x4.sub(v128.load(x + o), largest4)), scale4));
    }
    for (; i < width; i++) {
      const o = at + (<usize>i << 2);
      store<f32>(dx + o, exp1(load<f32>(x + o) - largest) * scale);
    }
    const target = dx + at + (<usize>load<i32>(targets + (<usize>r << 2)) << 2);
    store<f32>(target, load<f32>(target) - g);
  }
}

/** In blocks, so that long rows keep their precision. */
function sumOfExponentials(row: usize, width: i32, largest: f32): f32 {
  const largest4 = f32x4.splat(largest);
  let total: f64 = 0;
  let i = 0;
  while (i + 8 <= width) {
    let sum4 = f32x4.splat(0);
    const end = min(i + 512, width - 7);
    for (; i < end; i += 8) {
      const o = row + (<usize>i << 2);
      const a = exp4(f32x4.sub(v128.load(o), largest4));
      const b = exp4(f32x4.sub(v128.load(o, 16), largest4));
      sum4 = f32x4.add(sum4, f32x4.add(a, b));
    }
    total += <f64>sumLanes(sum4);
  }
  for (; i < width; i++) total += <f64>exp1(load<f32>(row + (<usize>i << 2)) - largest);
  return <f32>total;
}
