/** Lanes of the programs that reduce rows. */
export const ROW_LANES = 64;

/** `total(value, lane)`: the sum of a value over the lanes of a workgroup, the same in all of them. */
export const WORKGROUP_SUM = `
var<workgroup> shared_values: array<f32, ${ROW_LANES}>;
fn total(value: f32, lane: u32) -> f32 {
  shared_values[lane] = value;
  workgroupBarrier();
  for (var half = ${ROW_LANES / 2}u; half > 0u; half >>= 1u) {
    if (lane < half) {
      shared_values[lane] += shared_values[lane + half];
    }
    workgroupBarrier();
  }
  let sum = shared_values[0];
  workgroupBarrier();
  return sum;
}`;
