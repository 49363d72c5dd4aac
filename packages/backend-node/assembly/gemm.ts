// Matrix product for machines without a native one: panels of eight columns of B, packed, times four rows of A.

@inline
const PANEL: i32 = 8;

/** C = alpha op(A) op(B) + beta C; strides in values. `panel` holds 8 k floats. */
export function sgemm(
  transposeA: bool,
  transposeB: bool,
  m: i32,
  n: i32,
  k: i32,
  alpha: f32,
  a: usize,
  lda: i32,
  b: usize,
  ldb: i32,
  beta: f32,
  c: usize,
  ldc: i32,
  panel: usize,
): void {
  const rowStep = <usize>(transposeA ? 1 : lda) << 2;
  const innerStep = <usize>(transposeA ? lda : 1) << 2;
  for (let column = 0; column < n; column += PANEL) {
    const columns = min(PANEL, n - column);
    packPanel(transposeB, b, ldb, k, column, columns, panel);
    let row = 0;
    for (; row + 4 <= m; row += 4) {
      const a0 = a + <usize>row * rowStep;
      let c00 = f32x4.splat(0), c01 = f32x4.splat(0), c10 = f32x4.splat(0), c11 = f32x4.splat(0);
      let c20 = f32x4.splat(0), c21 = f32x4.splat(0), c30 = f32x4.splat(0), c31 = f32x4.splat(0);
      let at = a0;
      let from = panel;
      for (let p = 0; p < k; p++) {
        const b0 = v128.load(from);
        const b1 = v128.load(from + 16);
        const v0 = v128.load_splat<f32>(at);
        const v1 = v128.load_splat<f32>(at + rowStep);
        const v2 = v128.load_splat<f32>(at + 2 * rowStep);
        const v3 = v128.load_splat<f32>(at + 3 * rowStep);
        c00 = f32x4.add(c00, f32x4.mul(v0, b0));
        c01 = f32x4.add(c01, f32x4.mul(v0, b1));
        c10 = f32x4.add(c10, f32x4.mul(v1, b0));
        c11 = f32x4.add(c11, f32x4.mul(v1, b1));
        c20 = f32x4.add(c20, f32x4.mul(v2, b0));
        c21 = f32x4.add(c21, f32x4.mul(v2, b1));
        c30 = f32x4.add(c30, f32x4.mul(v3, b0));
        c31 = f32x4.add(c31, f32x4.mul(v3, b1));
        at += innerStep;
        from += PANEL << 2;
      }
      const to = c + (<usize>(row * ldc + column) << 2);
      const step = <usize>ldc << 2;
      finishRow(to, c00, c01, columns, alpha, beta);
      finishRow(to + step, c10, c11, columns, alpha, beta);
      finishRow(to + 2 * step, c20, c21, columns, alpha, beta);
      finishRow(to + 3 * step, c30, c31, columns, alpha, beta);
    }
    for (; row < m; row++) {
      let c0 = f32x4.splat(0);
      let c1 = f32x4.splat(0);
      let at = a + <usize>row * rowStep;
      let from = panel;
      for (let p = 0; p < k; p++) {
        const v = v128.load_splat<f32>(at);
        c0 = f32x4.add(c0, f32x4.mul(v, v128.load(from)));
        c1 = f32x4.add(c1, f32x4.mul(v, v128.load(from + 16)));
        at += innerStep;
        from += PANEL << 2;
      }
      finishRow(c + (<usize>(row * ldc + column) << 2), c0, c1, columns, alpha, beta);
    }
  }
}

/** Columns `column` ... of op(B) as [k, 8], zeros beyond the last one. */
function packPanel(
  transposeB: bool,
  b: usize,
  ldb: i32,
  k: i32,
  column: i32,
  columns: i32,
  panel: usize,
): void {
  const columnStep = <usize>(transposeB ? ldb : 1) << 2;
  const innerStep = <usize>(transposeB ? 1 : ldb) << 2;
  let from = b + <usize>column * columnStep;
  let to = panel;
  for (let p = 0; p < k; p++) {
    for (let j = 0; j < PANEL; j++) {
      store<f32>(to + (<usize>j << 2), j < columns ? load<f32>(from + <usize>j * columnStep) : 0);
    }
    from += innerStep;
    to += PANEL << 2;
  }
}

@inline
function finishRow(to: usize, low: v128, high: v128, columns: i32, alpha: f32, beta: f32): void {
  const alpha4 = f32x4.splat(alpha);
  if (columns === PANEL) {
    let v0 = f32x4.mul(low, alpha4);
    let v1 = f32x4.mul(high, alpha4);
    if (beta !== 0) {
      v0 = f32x4.add(v0, f32x4.mul(v128.load(to), f32x4.splat(beta)));
      v1 = f32x4.add(v1, f32x4.mul(v128.load(to + 16), f32x4.splat(beta)));
    }
    v128.store(to, v0);
    v128.store(to + 16, v1);
    return;
  }
  finishValue(to, f32x4.extract_lane(low, 0), 0, columns, alpha, beta);
  finishValue(to, f32x4.extract_lane(low, 1), 1, columns, alpha, beta);
  finishValue(to, f32x4.extract_lane(low, 2), 2, columns, alpha, beta);
  finishValue(to, f32x4.extract_lane(low, 3), 3, columns, alpha, beta);
  finishValue(to, f32x4.extract_lane(high, 0), 4, columns, alpha, beta);
  finishValue(to, f32x4.extract_lane(high, 1), 5, columns, alpha, beta);
  finishValue(to, f32x4.extract_lane(high, 2), 6, columns, alpha, beta);
}

function finishValue(to: usize, value: f32, column: i32, columns: i32, alpha: f32, beta: f32): void {
  if (column < columns) {
    const at = to + (<usize>column << 2);
    store<f32>(at, value * alpha + (beta === 0 ? 0 : load<f32>(at) * beta));
  }
}
