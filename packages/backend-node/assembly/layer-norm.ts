import { sumLanes } from './exponential';

/** y = (x - mean) / sqrt(var + eps) * gain + shift for each row; width may be any number. */
export function layerNorm(
  x: usize,
  gain: usize,
  shift: usize,
  y: usize,
  rows: i32,
  width: i32,
  epsilon: f32,
): void {
  for (let row = 0; row < rows; row++) {
    const at = (<usize>row * <usize>width) << 2;
    const mean = rowMean(x + at, width);
    const inverse = inverseDeviation(x + at, width, mean, epsilon);
    const mean4 = f32x4.splat(mean);
    const inverse4 = f32x4.splat(inverse);
    let i = 0;
    for (; i + 4 <= width; i += 4) {
      const o = <usize>i << 2;
      const n = f32x4.mul(f32x4.sub(v128.load(x + at + o), mean4), inverse4);
      v128.store(y + at + o, f32x4.add(f32x4.mul(n, v128.load(gain + o)), v128.load(shift + o)));
    }
    for (; i < width; i++) {
      const o = <usize>i << 2;
      store<f32>(y + at + o, (load<f32>(x + at + o) - mean) * inverse * load<f32>(gain + o) + load<f32>(shift + o));
    }
  }
}

/** dx, and dGain and dShift added to what they hold. */
export function layerNormGrad(
  gradient: usize,
  x: usize,
  gain: usize,
  dx: usize,
  dGain: usize,
  dShift: usize,
  rows: i32,
  width: i32,
  epsilon: f32,
): void {
  for (let row = 0; row < rows; row++) {
    const at = (<usize>row * <usize>width) << 2;
    const mean = rowMean(x + at, width);
    const inverse = inverseDeviation(x + at, width, mean, epsilon);
    const mean4 = f32x4.splat(mean);
    const inverse4 = f32x4.splat(inverse);
    let sum4 = f32x4.splat(0);
    let projection4 = f32x4.splat(0);
    let sum: f32 = 0;
    let projection: f32 = 0;
    let i = 0;
    for (; i + 4 <= width; i += 4) {
      const o = <usize>i << 2;
      const g = v128.load(gradient + at + o);
      const n = f32x4.mul(f32x4.sub(v128.load(x + at + o), mean4), inverse4);
      v128.store(dGain + o, f32x4.add(v128.load(dGain + o), f32x4.mul(g, n)));
      v128.store(dShift + o, f32x4.add(v128.load(dShift + o), g));
      const dn = f32x4.mul(g, v128.load(gain + o));
      sum4 = f32x4.add(sum4, dn);
      projection4 = f32x4.add(projection4, f32x4.mul(dn, n));
    }
    for (; i < width; i++) {
      const o = <usize>i << 2;
      const g = load<f32>(gradient + at + o);
      const n = (load<f32>(x + at + o) - mean) * inverse;
      store<f32>(dGain + o, load<f32>(dGain + o) + g * n);
      store<f32>(dShift + o, load<f32>(dShift + o) + g);
      const dn = g * load<f32>(gain + o);
      sum += dn;
      projection += dn * n;
    }
    const meanGradient = (sumLanes(sum4) + sum) / <f32>width;
    const meanProjection = (sumLanes(projection4) + projection) / <f32>width;
    const a4 = f32x4.splat(meanGradient);
    const b4 = f32x4.splat(meanProjection);
    for (i = 0; i + 4 <= width; i += 4) {
      const o = <usize>i << 2;
      const n = f32x4.mul(f32x4.sub(v128.load(x + at + o), mean4), inverse4);
      const dn = f32x4.mul(v128.load(gradient + at + o), v128.load(gain + o));
      v128.store(dx + at + o, f32x4.mul(f32x4.sub(f32x4.sub(dn, a4), f32x4.mul(n, b4)), inverse4));
    }
    for (; i < width; i++) {
      const o = <usize>i << 2;
      const n = (load<f32>(x + at + o) - mean) * inverse;
      const dn = load<f32>(gradient + at + o) * load<f32>(gain + o);
      store<f32>(dx + at + o, (dn - meanGradient - n * meanProjection) * inverse);
    }
  }
}

@inline
export function rowMean(x: usize, width: i32): f32 {
  let sum4 = f32x4.splat(0);
  let sum: f32 = 0;
  let i = 0;
  for (; i + 4 <= width; i += 4) {
    sum4 = f32x4.add(sum4, v128.load(x + (<usize>i << 2)));
  }
  for (; i < width; i++) {
    sum += load<f32>(x + (<usize>i << 2));
  }
  return (sumLanes(sum4) + sum) / <f32>width;
}

@inline
export function inverseDeviation(x: usize, width: i32, mean: f32, epsilon: f32): f32 {
  const mean4 = f32x4.splat(mean);
  let squares4 = f32x4.splat(0);
  let squares: f32 = 0;
  let i = 0;
  for (; i + 4 <= width; i += 4) {
    const centred = f32x4.sub(v128.load(x + (<usize>i << 2)), mean4);
    squares4 = f32x4.add(squares4, f32x4.mul(centred, centred));
  }
  for (; i < width; i++) {
    const centred = load<f32>(x + (<usize>i << 2)) - mean;
    squares += centred * centred;
  }
  return <f32>(1.0 / Math.sqrt(<f64>((sumLanes(squares4) + squares) / <f32>width + epsilon)));
}
