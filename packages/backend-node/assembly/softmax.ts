import { exp1, exp4, rowMaximum, sumLanes } from './exponential';

/**
 * Softmax of the first `columns` values of each row, in place; the rest of the row becomes zero. Rows are
 * `stride` floats long.
 */
export function softmaxRows(scores: usize, rows: i32, stride: i32, columns: i32): void {
  for (let r = 0; r < rows; r++) {
    const row = scores + ((<usize>r * <usize>stride) << 2);
    const highest = rowMaximum(row, columns);
    const highest4 = f32x4.splat(highest);
    let sum4 = f32x4.splat(0);
    let sum: f32 = 0;
    let i = 0;
    // Eight values at a time share the loading of constants.
    for (; i + 8 <= columns; i += 8) {
      const o = <usize>i << 2;
      const e = exp4(f32x4.sub(v128.load(row + o), highest4));
      const f = exp4(f32x4.sub(v128.load(row + o, 16), highest4));
      v128.store(row + o, e);
      v128.store(row + o, f, 16);
      sum4 = f32x4.add(sum4, f32x4.add(e, f));
    }
    for (; i + 4 <= columns; i += 4) {
      const o = <usize>i << 2;
      const e = exp4(f32x4.sub(v128.load(row + o), highest4));
      v128.store(row + o, e);
      sum4 = f32x4.add(sum4, e);
    }
    for (; i < columns; i++) {
      const o = <usize>i << 2;
      const e = exp1(load<f32>(row + o) - highest);
      store<f32>(row + o, e);
      sum += e;
    }
    const scale: f32 = 1.0 / (sumLanes(sum4) + sum);
    const scale4 = f32x4.splat(scale);
    for (i = 0; i + 4 <= columns; i += 4) {
      const o = <usize>i << 2;
      v128.store(row + o, f32x4.mul(v128.load(row + o), scale4));
    }
    for (; i < columns; i++) {
      const o = <usize>i << 2;
      store<f32>(row + o, load<f32>(row + o) * scale);
    }
    memory.fill(row + (<usize>columns << 2), 0, <usize>(stride - columns) << 2);
  }
}

/** dScores = p (dp - sum(dp p)) scale, written over dp; p is zero in the columns that a row does not see. */
export function softmaxRowsGrad(p: usize, dp: usize, rows: i32, columns: i32, scale: f32): void {
  for (let r = 0; r < rows; r++) {
    const at = (<usize>r * <usize>columns) << 2;
    let sum4 = f32x4.splat(0);
    let sum: f32 = 0;
    let i = 0;
    for (; i + 4 <= columns; i += 4) {
      const o = at + (<usize>i << 2);
      sum4 = f32x4.add(sum4, f32x4.mul(v128.load(p + o), v128.load(dp + o)));
    }
    for (; i < columns; i++) sum += load<f32>(p + at + (<usize>i << 2)) * load<f32>(dp + at + (<usize>i << 2));
    sum += sumLanes(sum4);
    const total4 = f32x4.splat(sum);
    const scale4 = f32x4.splat(scale);
    for (i = 0; i + 4 <= columns; i += 4) {
      const o = at + (<usize>i << 2);
      v128.store(dp + o, f32x4.mul(f32x4.mul(v128.load(p + o), scale4), f32x4.sub(v128.load(dp + o), total4)));
    }
    for (; i < columns; i++) {
      const o = at + (<usize>i << 2);
      store<f32>(dp + o, load<f32>(p + o) * scale * (load<f32>(dp + o) - sum));
    }
  }
}
