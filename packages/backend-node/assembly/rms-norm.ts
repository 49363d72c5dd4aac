import { sumLanes } from './exponential';

/** y = x / sqrt(mean(x²) + eps) * gain for each row; width may be any number. */
export function rmsNorm(x: usize, gain: usize, y: usize, rows: i32, width: i32, epsilon: f32): void {
  for (let row = 0; row < rows; row++) {
    const at = (<usize>row * <usize>width) << 2;
    const inverse = inverseRoot(x + at, width, epsilon);
    const inverse4 = f32x4.splat(inverse);
    let i = 0;
    for (; i + 4 <= width; i += 4) {
      const o = <usize>i << 2;
      v128.store(y + at + o, f32x4.mul(f32x4.mul(v128.load(x + at + o), inverse4), v128.load(gain + o)));
    }
    for (; i < width; i++) {
      const o = <usize>i << 2;
      store<f32>(y + at + o, load<f32>(x + at + o) * inverse * load<f32>(gain + o));
    }
  }
}

/** dx, and dGain added to what it holds. */
export function rmsNormGrad(
  gradient: usize,
  x: usize,
  gain: usize,
  dx: usize,
  dGain: usize,
  rows: i32,
  width: i32,
  epsilon: f32,
): void {
  for (let row = 0; row < rows; row++) {
    const at = (<usize>row * <usize>width) << 2;
    const inverse = inverseRoot(x + at, width, epsilon);
    const inverse4 = f32x4.splat(inverse);
    let projection4 = f32x4.splat(0);
    let projection: f32 = 0;
    let i = 0;
    for (; i + 4 <= width; i += 4) {
      const o = <usize>i << 2;
      const gn = f32x4.mul(v128.load(gradient + at + o), f32x4.mul(v128.load(x + at + o), inverse4));
      v128.store(dGain + o, f32x4.add(v128.load(dGain + o), gn));
      projection4 = f32x4.add(projection4, f32x4.mul(gn, v128.load(gain + o)));
    }
    for (; i < width; i++) {
      const o = <usize>i << 2;
      const gn = load<f32>(gradient + at + o) * load<f32>(x + at + o) * inverse;
      store<f32>(dGain + o, load<f32>(dGain + o) + gn);
      projection += gn * load<f32>(gain + o);
    }
    const meanProjection = (sumLanes(projection4) + projection) / <f32>width;
    const p4 = f32x4.splat(meanProjection);
    for (i = 0; i + 4 <= width; i += 4) {
      const o = <usize>i << 2;
      const n = f32x4.mul(v128.load(x + at + o), inverse4);
      const dn = f32x4.mul(v128.load(gradient + at + o), v128.load(gain + o));
      v128.store(dx + at + o, f32x4.mul(f32x4.sub(dn, f32x4.mul(n, p4)), inverse4));
    }
    for (; i < width; i++) {
      const o = <usize>i << 2;
      const n = load<f32>(x + at + o) * inverse;
      store<f32>(dx + at + o, (load<f32>(gradient + at + o) * load<f32>(gain + o) - n * meanProjection) * inverse);
    }
  }
}

@inline
function inverseRoot(x: usize, width: i32, epsilon: f32): f32 {
  let squares4 = f32x4.splat(0);
  let squares: f32 = 0;
  let i = 0;
  for (; i + 4 <= width; i += 4) {
    const v = v128.load(x + (<usize>i << 2));
    squares4 = f32x4.add(squares4, f32x4.mul(v, v));
  }
  for (; i < width; i++) {
    const v = load<f32>(x + (<usize>i << 2));
    squares += v * v;
  }
  return <f32>(1.0 / Math.sqrt(<f64>((sumLanes(squares4) + squares) / <f32>width + epsilon)));
}
