/** Lanes of the programs that reduce rows. */
export const ROW_LANES = 64;

const reduction = (name: string, combined: (a: string, b: string) => string): string => `
var<workgroup> ${name}_values: array<f32, ${ROW_LANES}>;
fn ${name}(value: f32, lane: u32) -> f32 {
  ${name}_values[lane] = value;
  workgroupBarrier();
  for (var half = ${ROW_LANES / 2}u; half > 0u; half >>= 1u) {
    if (lane < half) {
      ${name}_values[lane] = ${combined('NAME[lane]', 'NAME[lane + half]').replaceAll('NAME', `${name}_values`)};
    }
    workgroupBarrier();
  }
  let result = ${name}_values[0];
  workgroupBarrier();
  return result;
}`;

/** `total(value, lane)`: the sum of a value over the lanes of a workgroup, the same in all of them. */
export const WORKGROUP_SUM = reduction('total', (a, b) => `${a} + ${b}`);

/** `highest(value, lane)`: the largest likewise. */
export const WORKGROUP_MAXIMUM = reduction('highest', (a, b) => `max(${a}, ${b})`);
