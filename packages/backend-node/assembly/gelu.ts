import { exp4 } from './exponential';
import { loadPart, storePart } from './part';

/**
 * Half of erfc(|x| / sqrt 2) divided by e^(-x²/2), from Abramowitz and Stegun 7.1.26; with it
 * Phi(x) = 1 - t e for x >= 0 and t e otherwise, error below 2e-7.
 */
@inline
function tail4(x: v128): v128 {
  const t = f32x4.div(
    f32x4.splat(1.0),
    f32x4.add(f32x4.splat(1.0), f32x4.mul(f32x4.abs(x), f32x4.splat(0.3275911 * 0.70710678118654752))),
  );
  let p = f32x4.splat(0.5 * 1.061405429);
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(0.5 * -1.453152027));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(0.5 * 1.421413741));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(0.5 * -0.284496736));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(0.5 * 0.254829592));
  return f32x4.mul(p, t);
}

@inline
function distribution4(x: v128, decay: v128): v128 {
  const tail = f32x4.mul(tail4(x), decay);
  return v128.bitselect(tail, f32x4.sub(f32x4.splat(1.0), tail), f32x4.lt(x, f32x4.splat(0)));
}

@inline
function gelu4(x: v128): v128 {
  return f32x4.mul(x, distribution4(x, exp4(f32x4.mul(f32x4.mul(x, x), f32x4.splat(-0.5)))));
}

@inline
function geluGrad4(gradient: v128, x: v128): v128 {
  const decay = exp4(f32x4.mul(f32x4.mul(x, x), f32x4.splat(-0.5)));
  const density = f32x4.mul(decay, f32x4.splat(0.3989422804));
  return f32x4.mul(gradient, f32x4.add(distribution4(x, decay), f32x4.mul(x, density)));
}

/** y = x Phi(x). Any count. Eight values at a time, which share the loading of constants. */
export function gelu(x: usize, y: usize, count: i32): void {
  let i = 0;
  for (; i + 8 <= count; i += 8) {
    const o = <usize>i << 2;
    v128.store(y + o, gelu4(v128.load(x + o)));
    v128.store(y + o, gelu4(v128.load(x + o, 16)), 16);
  }
  for (; i < count; i += 4) {
    const o = <usize>i << 2;
    storePart(y + o, gelu4(loadPart(x + o, count - i)), count - i);
  }
}

/** dx = g (Phi(x) + x phi(x)). */
export function geluGrad(gradient: usize, x: usize, dx: usize, count: i32): void {
  let i = 0;
  for (; i + 8 <= count; i += 8) {
    const o = <usize>i << 2;
    v128.store(dx + o, geluGrad4(v128.load(gradient + o), v128.load(x + o)));
    v128.store(dx + o, geluGrad4(v128.load(gradient + o, 16), v128.load(x + o, 16)), 16);
  }
  for (; i < count; i += 4) {
    const o = <usize>i << 2;
    storePart(dx + o, geluGrad4(loadPart(gradient + o, count - i), loadPart(x + o, count - i)), count - i);
  }
}
