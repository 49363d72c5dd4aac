/** float32 bits of every float16, made on first use (256 KiB). */
let table: Uint32Array | undefined;

/**
 * Widens IEEE float16 to float32; exact.
 *
 * @param halves bit patterns.
 */
export function widenFloat16(halves: Uint16Array): Float32Array {
  table ??= Uint32Array.from({ length: 65536 }, (_, bits) => floatBitsOfHalf(bits));
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) {
    bits[i] = table[halves[i]!]!;
  }
  return new Float32Array(bits.buffer);
}

/** Widens bfloat16, the upper half of a float32; exact. */
export function widenBfloat16(halves: Uint16Array): Float32Array {
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) {
    bits[i] = halves[i]! << 16;
  }
  return new Float32Array(bits.buffer);
}

/** Narrows float32 to IEEE float16, to the nearest and ties to even; beyond 65504 becomes infinity. */
export function narrowToFloat16(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(bits.length);
  for (let i = 0; i < bits.length; i++) {
    halves[i] = halfBitsOfFloat(bits[i]!);
  }
  return halves;
}

function floatBitsOfHalf(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 31) {
    return (sign | 0x7f800000 | (fraction << 13)) >>> 0;
  }
  if (exponent > 0) {
    return (sign | ((exponent + 112) << 23) | (fraction << 13)) >>> 0;
  }
  if (fraction === 0) {
    return sign >>> 0;
  }
  // A subnormal half is a normal float: shift until the leading one is implicit.
  const shift = Math.clz32(fraction) - 21;
  return (sign | ((113 - shift) << 23) | (((fraction << shift) & 1023) << 13)) >>> 0;
}

function halfBitsOfFloat(float: number): number {
  const sign = (float >>> 16) & 0x8000;
  const magnitude = float & 0x7fffffff;
  if (magnitude > 0x7f800000) {
    return sign | 0x7e00; // NaN
  }
  if (magnitude >= 0x477ff000) {
    return sign | 0x7c00; // rounds to infinity
  }
  const exponent = magnitude >>> 23;
  if (exponent < 102) {
    return sign; // below half of the smallest subnormal
  }
  const isNormal = exponent >= 113;
  const fraction = isNormal ? magnitude - (112 << 23) : (magnitude & 0x7fffff) | 0x800000;
  const dropped = isNormal ? 13 : 126 - exponent;
  const kept = fraction >>> dropped;
  const rest = fraction & ((1 << dropped) - 1);
  const half = 1 << (dropped - 1);
  const roundUp = rest > half || (rest === half && (kept & 1) === 1);
  return sign | (kept + (roundUp ? 1 : 0));
}
