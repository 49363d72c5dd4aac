import { sigmoid4 } from './exponential';
import { loadPart, storePart } from './part';

/** y = silu(gate) value. Any count. Eight values at a time share the loading of constants. */
export function swiGlu(gate: usize, value: usize, y: usize, count: i32): void {
  let i = 0;
  for (; i + 8 <= count; i += 8) {
    const o = <usize>i << 2;
    const a = v128.load(gate + o);
    const b = v128.load(gate + o, 16);
    v128.store(y + o, f32x4.mul(f32x4.mul(a, sigmoid4(a)), v128.load(value + o)));
    v128.store(y + o, f32x4.mul(f32x4.mul(b, sigmoid4(b)), v128.load(value + o, 16)), 16);
  }
  for (; i < count; i += 4) {
    const o = <usize>i << 2;
    const a = loadPart(gate + o, count - i);
    storePart(y + o, f32x4.mul(f32x4.mul(a, sigmoid4(a)), loadPart(value + o, count - i)), count - i);
  }
}

/** dGate = g value silu'(gate), dValue = g silu(gate), where silu' = s + silu (1 - s). */
export function swiGluGrad(
  gradient: usize,
  gate: usize,
  value: usize,
  dGate: usize,
  dValue: usize,
  count: i32,
): void {
  const one = f32x4.splat(1.0);
  for (let i = 0; i < count; i += 4) {
    const o = <usize>i << 2;
    const remaining = count - i;
    const z = loadPart(gate + o, remaining);
    const g = loadPart(gradient + o, remaining);
    const s = sigmoid4(z);
    const silu = f32x4.mul(z, s);
    const slope = f32x4.add(s, f32x4.mul(silu, f32x4.sub(one, s)));
    storePart(dGate + o, f32x4.mul(f32x4.mul(g, loadPart(value + o, remaining)), slope), remaining);
    storePart(dValue + o, f32x4.mul(g, silu), remaining);
  }
}
