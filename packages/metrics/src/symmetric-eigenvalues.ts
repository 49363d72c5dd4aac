/** Steps of QL that one eigenvalue needs at most; two are usual. */
const MAX_STEPS = 100;

/**
 * Eigenvalues of a symmetric matrix, without their vectors: Householder reflections to a tridiagonal matrix, then
 * QL steps with implicit shifts.
 *
 * @param matrix `[size, size]`, of which the lower triangle is read.
 * @returns `[size]` in no particular order, each off by some rounding of the largest.
 * @source B. Parlett, "The symmetric eigenvalue problem", 1998, chapters 7 and 8.
 */
export function symmetricEigenvalues(matrix: ArrayLike<number>, size: number): Float64Array {
  return tridiagonalEigenvalues(...tridiagonalize(Float64Array.from(matrix), size));
}

/** Overwrites the lower triangle of `a`; gives the diagonal, and what stands below it. */
function tridiagonalize(a: Float64Array, size: number): [diagonal: Float64Array, below: Float64Array] {
  const diagonal = new Float64Array(size);
  const below = new Float64Array(size);
  const reflector = new Float64Array(size);
  const product = new Float64Array(size);
  // From the last row up: row `last` loses all but the entry beside the diagonal.
  for (let last = size - 1; last > 0; last--) {
    const row = last * size;
    diagonal[last] = a[row + last]!;
    let scale = 0;
    for (let k = 0; k < last; k++) {
      scale = Math.max(scale, Math.abs(a[row + k]!));
    }
    if (scale === 0) {
      continue;
    }
    let squares = 0;
    for (let k = 0; k < last; k++) {
      reflector[k] = a[row + k]! / scale;
      squares += reflector[k]! ** 2;
    }
    const beside = reflector[last - 1]!;
    const length = beside > 0 ? -Math.sqrt(squares) : Math.sqrt(squares);
    below[last - 1] = scale * length;
    reflector[last - 1] = beside - length;
    reflect(a, size, last, { reflector, product, half: squares - beside * length });
  }
  diagonal[0] = a[0]!;
  return [diagonal, below];
}

/** H A H of the leading `order` rows, with H = 1 - v vᵀ / half for the reflector v. */
function reflect(
  a: Float64Array,
  size: number,
  order: number,
  {
    reflector: v,
    product: p,
    half,
  }: { readonly reflector: Float64Array; readonly product: Float64Array; readonly half: number },
): void {
  // p = A v, each entry of the lower triangle serving twice.
  p.fill(0, 0, order);
  for (let i = 0; i < order; i++) {
    const row = i * size;
    const vi = v[i]!;
    let sum = 0;
    for (let k = 0; k < i; k++) {
      const entry = a[row + k]!;
      sum += entry * v[k]!;
      p[k]! += entry * vi;
    }
    p[i]! += sum + a[row + i]! * vi;
  }
  let overlap = 0;
  for (let i = 0; i < order; i++) {
    p[i]! /= half;
    overlap += p[i]! * v[i]!;
  }
  const share = overlap / (2 * half);
  for (let i = 0; i < order; i++) {
    p[i]! -= share * v[i]!;
  }
  for (let i = 0; i < order; i++) {
    const row = i * size;
    const vi = v[i]!;
    const pi = p[i]!;
    for (let k = 0; k <= i; k++) {
      a[row + k]! -= vi * p[k]! + pi * v[k]!;
    }
  }
}

/** Overwrites `diagonal` with the eigenvalues. */
function tridiagonalEigenvalues(diagonal: Float64Array, below: Float64Array): Float64Array {
  const size = diagonal.length;
  for (let first = 0; first < size; first++) {
    for (let step = 0; ; step++) {
      const end = endOfBlock(diagonal, below, first);
      if (end === first) {
        break;
      }
      if (step === MAX_STEPS) {
        throw new RangeError(
          `symmetricEigenvalues: matrix must be finite, got one whose eigenvalue ${first} does not settle. Check the features.`,
        );
      }
      stepQl(diagonal, below, first, end);
    }
  }
  return diagonal;
}

/** The last row of the block that begins at `first` and hangs together. */
function endOfBlock(diagonal: Float64Array, below: Float64Array, first: number): number {
  let end = first;
  for (; end < diagonal.length - 1; end++) {
    const neighbours = Math.abs(diagonal[end]!) + Math.abs(diagonal[end + 1]!);
    if (Math.abs(below[end]!) <= Number.EPSILON * neighbours) {
      break;
    }
  }
  return end;
}

/** One QL step with Wilkinson's shift on rows first ... end. */
function stepQl(d: Float64Array, e: Float64Array, first: number, end: number): void {
  const slope = (d[first + 1]! - d[first]!) / (2 * e[first]!);
  const root = Math.hypot(slope, 1);
  let g = d[end]! - d[first]! + e[first]! / (slope + (slope < 0 ? -root : root));
  let [sine, cosine, shift] = [1, 1, 0];
  for (let i = end - 1; i >= first; i--) {
    const f = sine * e[i]!;
    const b = cosine * e[i]!;
    const r = Math.sqrt(f * f + g * g);
    e[i + 1] = r;
    if (r === 0) {
      // The block falls apart here.
      d[i + 1]! -= shift;
      e[end] = 0;
      return;
    }
    sine = f / r;
    cosine = g / r;
    g = d[i + 1]! - shift;
    const t = (d[i]! - g) * sine + 2 * cosine * b;
    shift = sine * t;
    d[i + 1] = g + shift;
    g = cosine * t - b;
  }
  d[first]! -= shift;
  e[first] = g;
  e[end] = 0;
}
