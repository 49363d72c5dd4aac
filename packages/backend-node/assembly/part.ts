// Vectors at the end of an array whose length need not be a multiple of four.

/** Four values, or those that remain in the low lanes and zeros above. */
@inline
export function loadPart(address: usize, remaining: i32): v128 {
  return remaining >= 4 ? v128.load(address) : loadRest(address, remaining);
}

/** Writes four values, or as many as remain. */
@inline
export function storePart(address: usize, v: v128, remaining: i32): void {
  if (remaining >= 4) {
    v128.store(address, v);
  } else {
    storeRest(address, v, remaining);
  }
}

function loadRest(address: usize, remaining: i32): v128 {
  let v = f32x4.splat(0);
  if (remaining > 0) v = f32x4.replace_lane(v, 0, load<f32>(address));
  if (remaining > 1) v = f32x4.replace_lane(v, 1, load<f32>(address + 4));
  if (remaining > 2) v = f32x4.replace_lane(v, 2, load<f32>(address + 8));
  return v;
}

function storeRest(address: usize, v: v128, remaining: i32): void {
  if (remaining > 0) store<f32>(address, f32x4.extract_lane(v, 0));
  if (remaining > 1) store<f32>(address + 4, f32x4.extract_lane(v, 1));
  if (remaining > 2) store<f32>(address + 8, f32x4.extract_lane(v, 2));
}
