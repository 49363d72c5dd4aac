import type { AxisMatrix } from './mix-axis';

/** a of the cubic kernel in PyTorch's plain bicubic interpolation. */
const PLAIN_CUBIC = -0.75;
/** a of the cubic kernel in its antialiased one. */
const ANTIALIASED_CUBIC = -0.5;
/** Pixels on each side that the cubic kernel reaches. */
const CUBIC_RADIUS = 2;

/**
 * Bicubic resizing of one axis, edge pixels repeated outside, not antialiased.
 *
 * @param inputs length before, in pixels.
 * @param outputs length after.
 * @source Keys, "Cubic convolution interpolation", 1981, with a = -0.75; method.md, appendix A.
 */
export function bicubicMatrix(inputs: number, outputs: number): AxisMatrix {
  const scale = inputs / outputs;
  return matrixOf(outputs, inputs, (output, add) => {
    const centre = (output + 0.5) * scale - 0.5;
    const first = Math.floor(centre) - CUBIC_RADIUS + 1;
    for (let tap = 0; tap < 2 * CUBIC_RADIUS; tap++) {
      add(clamp(first + tap, inputs), cubic(first + tap - centre, PLAIN_CUBIC));
    }
  });
}

/**
 * Bicubic resizing of one axis, the kernel widened by the factor when shrinking, cut off and renormalised at the
 * edges.
 *
 * @source the same kernel with a = -0.5, as position tables of ViTs are resized.
 */
export function antialiasedBicubicMatrix(inputs: number, outputs: number): AxisMatrix {
  const scale = inputs / outputs;
  const widening = Math.max(1, scale);
  const reach = CUBIC_RADIUS * widening;
  return matrixOf(outputs, inputs, (output, add) => {
    const centre = (output + 0.5) * scale;
    const from = Math.max(0, Math.trunc(centre - reach + 0.5));
    const to = Math.min(inputs, Math.trunc(centre + reach + 0.5));
    const taps = Array.from({ length: to - from }, (_, tap) =>
      cubic((from + tap - centre + 0.5) / widening, ANTIALIASED_CUBIC),
    );
    const total = taps.reduce((sum, tap) => sum + tap, 0);
    taps.forEach((tap, i) => add(from + i, tap / total));
  });
}

/** Means over [⌊i n / m⌋, ⌈(i+1) n / m⌉): adaptive average pooling of one axis, which area resizing is. */
export function areaMatrix(inputs: number, outputs: number): AxisMatrix {
  return matrixOf(outputs, inputs, (output, add) => {
    const [start, end] = adaptiveWindow(output, inputs, outputs);
    for (let i = start; i < end; i++) {
      add(i, 1 / (end - start));
    }
  });
}

/** The pixels that output `output` of adaptive pooling covers, the end exclusive. */
export function adaptiveWindow(output: number, inputs: number, outputs: number): [number, number] {
  return [Math.floor((output * inputs) / outputs), Math.ceil(((output + 1) * inputs) / outputs)];
}

/** Weights of the blur before every second pixel is kept. */
const BLUR_TAPS = [1, 3, 3, 1];

/**
 * Weighted means (1, 3, 3, 1) / 8 around every second pixel, zeros outside, "same" padding.
 *
 * @source Zhang, arXiv 1904.11486; method.md, appendix A (PatchGAN).
 */
export function blurMatrix(inputs: number): AxisMatrix {
  const outputs = Math.ceil(inputs / 2);
  const padding = Math.max((outputs - 1) * 2 + BLUR_TAPS.length - inputs, 0);
  const before = Math.floor(padding / 2);
  const total = BLUR_TAPS.reduce((sum, tap) => sum + tap, 0);
  return matrixOf(outputs, inputs, (output, add) => {
    BLUR_TAPS.forEach((tap, i) => {
      const input = 2 * output - before + i;
      if (input >= 0 && input < inputs) {
        add(input, tap / total);
      }
    });
  });
}

/** Picks pixel `sources[i]` for output i. */
export function selectionMatrix(inputs: number, sources: readonly number[]): AxisMatrix {
  return matrixOf(sources.length, inputs, (output, add) => add(sources[output]!, 1));
}

/** Fills a matrix row by row; several weights for one input add up, in double precision. */
export function matrixOf(
  outputs: number,
  inputs: number,
  fillRow: (output: number, add: (input: number, weight: number) => void) => void,
): AxisMatrix {
  const values = new Float64Array(outputs * inputs);
  for (let output = 0; output < outputs; output++) {
    fillRow(output, (input, weight) => {
      values[output * inputs + input]! += weight;
    });
  }
  return { outputs, inputs, values: Float32Array.from(values) };
}

/** The nearest index inside. */
export function clamp(index: number, length: number): number {
  return Math.min(Math.max(index, 0), length - 1);
}

function cubic(distance: number, a: number): number {
  const x = Math.abs(distance);
  if (x < 1) {
    return ((a + 2) * x - (a + 3)) * x * x + 1;
  }
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}
