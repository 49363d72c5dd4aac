/** 32 well mixed bits of a number and a seed, as in the reference. */
@inline
function hash(number: u32, seed: u32): u32 {
  let mixed = number * 0x9e3779b9 + seed;
  mixed = (mixed ^ (mixed >>> 16)) * 0x7feb352d;
  mixed = (mixed ^ (mixed >>> 15)) * 0x846ca68b;
  return mixed ^ (mixed >>> 16);
}

@inline
function hash4(numbers: v128, seed: v128): v128 {
  let mixed = i32x4.add(i32x4.mul(numbers, i32x4.splat(0x9e3779b9)), seed);
  mixed = i32x4.mul(v128.xor(mixed, i32x4.shr_u(mixed, 16)), i32x4.splat(0x7feb352d));
  mixed = i32x4.mul(v128.xor(mixed, i32x4.shr_u(mixed, 15)), i32x4.splat(0x846ca68b));
  return v128.xor(mixed, i32x4.shr_u(mixed, 16));
}

/** y = x factor where the hash of a value's group is at least the threshold, 0 elsewhere. */
export function dropout(x: usize, y: usize, count: i32, groupSize: i32, seed: u32, threshold: u32, factor: f32): void {
  if (groupSize > 1) {
    for (let group = 0; group * groupSize < count; group++) {
      const scale: f32 = hash(<u32>group, seed) >= threshold ? factor : 0;
      for (let i = group * groupSize; i < (group + 1) * groupSize; i++) {
        store<f32>(y + (<usize>i << 2), load<f32>(x + (<usize>i << 2)) * scale);
      }
    }
    return;
  }
  const seed4 = i32x4.splat(seed);
  const threshold4 = i32x4.splat(threshold);
  const factor4 = f32x4.splat(factor);
  let numbers = i32x4(0, 1, 2, 3);
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const o = <usize>i << 2;
    const kept = i32x4.ge_u(hash4(numbers, seed4), threshold4);
    v128.store(y + o, f32x4.mul(v128.load(x + o), v128.and(kept, factor4)));
    numbers = i32x4.add(numbers, i32x4.splat(4));
  }
  for (; i < count; i++) {
    const o = <usize>i << 2;
    store<f32>(y + o, load<f32>(x + o) * (hash(<u32>i, seed) >= threshold ? factor : 0));
  }
}
