// Vectorised exponential of four float32 values, and what softmax needs beside it.

/** 1.5 * 2^23: adding it rounds a float32 below 2^22 to an integer, which then stands in its lowest bits. */
@inline
const ROUNDER: f32 = 12582912.0;

/**
 * e^x for x clamped to [-87, 88]; relative error below 2e-7; NaN stays NaN.
 *
 * pmin and pmax are one instruction each, min, max, nearest and trunc_sat are many.
 */
@inline
export function exp4(x: v128): v128 {
  const clamped = f32x4.pmin(f32x4.pmax(x, f32x4.splat(-87.0)), f32x4.splat(88.0));
  // x = n ln 2 + r with |r| <= ln 2 / 2; ln 2 is split in two parts to keep r exact.
  const rounded = f32x4.add(f32x4.mul(clamped, f32x4.splat(1.44269504)), f32x4.splat(ROUNDER));
  const n = f32x4.sub(rounded, f32x4.splat(ROUNDER));
  let r = f32x4.sub(clamped, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(-2.12194440e-4)));
  // Minimax polynomial of e^r, as two short chains.
  const square = f32x4.mul(r, r);
  let even = f32x4.add(f32x4.mul(square, f32x4.splat(1.3981999507e-3)), f32x4.splat(4.1665795894e-2));
  let odd = f32x4.add(f32x4.mul(square, f32x4.splat(1.9875691500e-4)), f32x4.splat(8.3334519073e-3));
  even = f32x4.add(f32x4.mul(even, square), f32x4.splat(5.0000001201e-1));
  odd = f32x4.add(f32x4.mul(odd, square), f32x4.splat(1.6666665459e-1));
  const p = f32x4.add(f32x4.mul(f32x4.add(even, f32x4.mul(odd, r)), square), f32x4.add(r, f32x4.splat(1.0)));
  // 2^n through the exponent bits; the rounder's own bits are shifted out.
  return f32x4.mul(p, i32x4.shl(i32x4.add(rounded, i32x4.splat(127)), 23));
}

@inline
export function exp1(x: f32): f32 {
  return f32x4.extract_lane(exp4(f32x4.splat(x)), 0);
}

/** 1 / (1 + e^-x). */
@inline
export function sigmoid4(x: v128): v128 {
  return f32x4.div(f32x4.splat(1.0), f32x4.add(f32x4.splat(1.0), exp4(f32x4.neg(x))));
}

/** Sum of the four lanes. */
@inline
export function sumLanes(x: v128): f32 {
  return (
    f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1) + (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3))
  );
}

/** The largest value of a row of any width; NaN is passed over. */
export function rowMaximum(row: usize, width: i32): f32 {
  let max4 = f32x4.splat(-f32.MAX_VALUE);
  let largest: f32 = -f32.MAX_VALUE;
  let i = 0;
  for (; i + 4 <= width; i += 4) max4 = f32x4.pmax(max4, v128.load(row + (<usize>i << 2)));
  for (; i < width; i++) largest = max(largest, load<f32>(row + (<usize>i << 2)));
  largest = max(largest, max(f32x4.extract_lane(max4, 0), f32x4.extract_lane(max4, 1)));
  return max(largest, max(f32x4.extract_lane(max4, 2), f32x4.extract_lane(max4, 3)));
}
