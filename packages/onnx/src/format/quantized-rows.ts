import { CheckpointError } from '@restok/core';

/** Codes reach from -127 to 127, so that zero is a code and both signs have as many. */
const LARGEST_CODE = 127;

/** A matrix in 8 bits a value: row r is about `scales[r] * codes[r]`. */
export interface QuantizedRows {
  readonly codes: Int8Array;
  /** One of each row, above 0. */
  readonly scales: Float32Array;
}

/**
 * Rounds each row to whole numbers of its largest magnitude / 127. No value moves by more than half of its row's scale.
 *
 * @param name in errors.
 * @throws CheckpointError where a value is not finite.
 */
export function quantizeRows(name: string, values: Float32Array, numRows: number): QuantizedRows {
  const width = values.length / numRows;
  const codes = new Int8Array(values.length);
  const scales = new Float32Array(numRows);
  for (let row = 0; row < numRows; row++) {
    const from = row * width;
    let largest = 0;
    for (let i = from; i < from + width; i++) {
      largest = Math.max(largest, Math.abs(values[i]!));
    }
    if (!Number.isFinite(largest)) {
      throw new CheckpointError(
        `saveOnnx: ${name} must hold finite values to be stored as int8, got others in row ${row}. Check the weights.`,
        { name },
      );
    }
    scales[row] = largest === 0 ? 1 : largest / LARGEST_CODE;
    for (let i = from; i < from + width; i++) {
      codes[i] = Math.round(values[i]! / scales[row]!);
    }
  }
  return { codes, scales };
}
