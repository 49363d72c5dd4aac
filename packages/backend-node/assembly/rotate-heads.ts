import { turn4 } from './normalize-and-rotate';

/**
 * Turns the first `turning` heads of each token by the angles of its position and copies what remains. A token is
 * `width` floats, a head `headWidth`, an even number. `direction` is 1, or -1 to turn back.
 */
export function rotateHeads(
  x: usize,
  cos: usize,
  sin: usize,
  y: usize,
  batch: i32,
  positions: i32,
  width: i32,
  turning: i32,
  headWidth: i32,
  direction: f32,
): void {
  const token = <usize>width << 2;
  const turned = <usize>(turning * headWidth) << 2;
  for (let row = 0; row < batch * positions; row++) {
    const angles = <usize>((row % positions) * (headWidth >> 1)) << 2;
    const from = x + <usize>row * token;
    const to = y + <usize>row * token;
    for (let h = 0; h < turning; h++) {
      turnHead(from + (<usize>(h * headWidth) << 2), to + (<usize>(h * headWidth) << 2), cos + angles, sin + angles, headWidth, direction);
    }
    memory.copy(to + turned, from + turned, token - turned);
  }
}

/** Channel pairs (a, b) become (a cos - b sin, a sin + b cos). */
@inline
function turnHead(x: usize, y: usize, cos: usize, sin: usize, headWidth: i32, direction: f32): void {
  const signs = f32x4.mul(f32x4(-1, 1, -1, 1), f32x4.splat(direction));
  let i = 0;
  for (; i + 4 <= headWidth; i += 4) {
    const o = <usize>i << 2;
    v128.store(y + o, turn4(v128.load(x + o), cos + (o >> 1), sin + (o >> 1), signs));
  }
  if (i < headWidth) {
    const o = <usize>i << 2;
    const a = load<f32>(x + o);
    const b = load<f32>(x + o + 4);
    const c = load<f32>(cos + (o >> 1));
    const s = load<f32>(sin + (o >> 1)) * direction;
    store<f32>(y + o, a * c - b * s);
    store<f32>(y + o + 4, a * s + b * c);
  }
}
