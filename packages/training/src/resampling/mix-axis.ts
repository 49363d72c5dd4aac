import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { matMul, reshape, tensor3d, tidy } from '@tensorflow/tfjs-core';
import { ShapeError } from '@restok/core';
import { differentiable } from '@restok/ops';

/** A linear map along one axis of a picture: row i of the result is Σ_j values[i · inputs + j] · row j. */
export interface AxisMatrix {
  readonly outputs: number;
  readonly inputs: number;
  /** `[outputs, inputs]` row-major. */
  readonly values: Float32Array;
}

/** The axes of `[B, H, W, C]` that a map may run along. */
export type PictureAxis = 'rows' | 'columns';

/**
 * Applies a linear map along the rows or the columns of pictures.
 *
 * @param x `[B, H, W, C]`.
 * @param matrix its `inputs` are the length of the axis.
 * @returns `[B, H', W, C]` or `[B, H, W', C]`, owned by the caller; differentiable.
 * @throws ShapeError when the axis has another length.
 */
export function mixAxis(x: Tensor4D, matrix: AxisMatrix, axis: PictureAxis): Tensor4D {
  const length = axis === 'rows' ? x.shape[1] : x.shape[2];
  if (length !== matrix.inputs) {
    throw new ShapeError(
      `mixAxis: ${axis} must be ${matrix.inputs}, got [${x.shape.join(', ')}]. Make the matrix for this size.`,
    );
  }
  return differentiable(
    [x],
    () => multiply(x, matrix, axis),
    (gradient) => [multiply(gradient, transposed(matrix), axis)],
  );
}

/** Applies one map along the rows and one along the columns, see {@link mixAxis}. */
export function mixRowsAndColumns(x: Tensor4D, rows: AxisMatrix, columns: AxisMatrix): Tensor4D {
  return tidy(() => mixAxis(mixAxis(x, rows, 'rows'), columns, 'columns'));
}

function multiply(x: Tensor4D, { outputs, inputs, values }: AxisMatrix, axis: PictureAxis): Tensor4D {
  return tidy(() => {
    const [batch, height, width, channels] = x.shape;
    const matrix = tensor3d(values.slice(), [1, outputs, inputs]);
    return axis === 'rows'
      ? reshape(matMul(matrix, matrices(x, [batch, height, width * channels])), [
          batch,
          outputs,
          width,
          channels,
        ])
      : reshape(matMul(matrix, matrices(x, [batch * height, width, channels])), [
          batch,
          height,
          outputs,
          channels,
        ]);
  });
}

function matrices(x: Tensor4D, shape: [number, number, number]): Tensor {
  return reshape(x, shape);
}

/** The matrix with rows and columns exchanged. */
export function transposed({ outputs, inputs, values }: AxisMatrix): AxisMatrix {
  const result = new Float32Array(values.length);
  for (let i = 0; i < outputs; i++) {
    for (let j = 0; j < inputs; j++) {
      result[j * outputs + i] = values[i * inputs + j]!;
    }
  }
  return { outputs: inputs, inputs: outputs, values: result };
}
