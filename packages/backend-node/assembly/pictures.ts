/**
 * Unfolds a "same" convolution: row p of the result holds the size x size x channels window around output
 * pixel `start + p` of [B, H, W, C], zeros outside the picture. Channels may be any number.
 */
export function unfold(
  x: usize,
  rows: usize,
  start: i32,
  count: i32,
  height: i32,
  width: i32,
  channels: i32,
  size: i32,
): void {
  const margin = size >> 1;
  const pixel = <usize>channels << 2;
  const windowRow = pixel * <usize>size;
  let to = rows;
  for (let p = start; p < start + count; p++) {
    const column = p % width;
    const line = p / width;
    const row = line % height;
    const picture = x + <usize>(line - row) * <usize>width * pixel;
    const left = max(0, margin - column);
    const right = min(size, width + margin - column);
    for (let i = 0; i < size; i++) {
      const sourceRow = row + i - margin;
      if (sourceRow < 0 || sourceRow >= height) {
        memory.fill(to, 0, windowRow);
      } else {
        const first = <isize>(sourceRow * width + column - margin + left);
        const source = picture + <usize>first * pixel;
        if (left > 0) memory.fill(to, 0, <usize>left * pixel);
        copyFloats(to + <usize>left * pixel, source, <usize>(right - left) * pixel);
        if (right < size) memory.fill(to + <usize>right * pixel, 0, <usize>(size - right) * pixel);
      }
      to += windowRow;
    }
  }
}

@inline
function copyFloats(to: usize, from: usize, bytes: usize): void {
  let o: usize = 0;
  for (; o + 16 <= bytes; o += 16) v128.store(to + o, v128.load(from + o));
  for (; o < bytes; o += 4) store<f32>(to + o, load<f32>(from + o));
}

/** [k, k, I, O] to [k, k, O, I] with both window axes reversed: the filter of the input's gradient. */
export function mirrorFilter(filter: usize, mirrored: usize, taps: i32, inputs: i32, outputs: i32): void {
  for (let tap = 0; tap < taps; tap++) {
    const from = filter + ((<usize>tap * <usize>(inputs * outputs)) << 2);
    const to = mirrored + ((<usize>(taps - 1 - tap) * <usize>(inputs * outputs)) << 2);
    for (let i = 0; i < inputs; i++) {
      for (let o = 0; o < outputs; o++) {
        store<f32>(to + (<usize>(o * inputs + i) << 2), load<f32>(from + (<usize>(i * outputs + o) << 2)));
      }
    }
  }
}

/** y[2H, 2W] repeats x[H, W], times `scale`; `lines` is B H. */
export function upsample2x(x: usize, y: usize, lines: i32, width: i32, channels: i32, scale: f32): void {
  const pixel = <usize>channels << 2;
  const wide = <usize>(2 * width) * pixel;
  for (let line = 0; line < lines; line++) {
    const target = y + <usize>line * 2 * wide;
    for (let column = 0; column < width; column++) {
      const source = x + <usize>(line * width + column) * pixel;
      const to = target + <usize>(2 * column) * pixel;
      for (let o: usize = 0; o < pixel; o += 4) {
        const v = load<f32>(source + o) * scale;
        store<f32>(to + o, v);
        store<f32>(to + pixel + o, v);
      }
    }
    memory.copy(target + wide, target, wide);
  }
}

/** y[H, W] sums the 2 x 2 squares of x[2H, 2W], times `scale`; `lines` is B H. */
export function sumSquares2x(x: usize, y: usize, lines: i32, width: i32, channels: i32, scale: f32): void {
  const pixel = <usize>channels << 2;
  const wide = <usize>(2 * width) * pixel;
  for (let line = 0; line < lines; line++) {
    const upper = x + <usize>line * 2 * wide;
    for (let column = 0; column < width; column++) {
      const a = upper + <usize>(2 * column) * pixel;
      const to = y + <usize>(line * width + column) * pixel;
      let o: usize = 0;
      for (; o + 16 <= pixel; o += 16) {
        const top = f32x4.add(v128.load(a + o), v128.load(a + pixel + o));
        const bottom = f32x4.add(v128.load(a + wide + o), v128.load(a + wide + pixel + o));
        v128.store(to + o, f32x4.mul(f32x4.add(top, bottom), f32x4.splat(scale)));
      }
      for (; o < pixel; o += 4) {
        const top = load<f32>(a + o) + load<f32>(a + pixel + o);
        const bottom = load<f32>(a + wide + o) + load<f32>(a + wide + pixel + o);
        store<f32>(to + o, (top + bottom) * scale);
      }
    }
  }
}
