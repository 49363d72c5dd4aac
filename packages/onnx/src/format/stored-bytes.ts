import { CheckpointError } from '@restok/core';
import { narrowToFloat16 } from '@restok/hub';
import type { Initializer } from './onnx-graph';
import { byteLengthOf } from './onnx-graph';

/** Finite values from here on would round to infinity in float16. */
const FLOAT16_OVERFLOW = 65520;

/**
 * The values of a tensor as a file holds them.
 *
 * @throws CheckpointError when they do not fill the shape, or float16 cannot hold one.
 */
export async function bytesOf(initializer: Initializer): Promise<Uint8Array> {
  const { name, type } = initializer;
  const values = await initializer.values();
  const stored = type === 'float16' && values instanceof Float32Array ? narrowed(name, values) : values;
  if (stored.byteLength !== byteLengthOf(initializer)) {
    throw new CheckpointError(
      `saveOnnx: ${name} must hold [${initializer.shape.join(', ')}] values, got ${values.length}. Check its shape.`,
      { name },
    );
  }
  return new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength);
}

function narrowed(name: string, values: Float32Array): Uint16Array {
  const tooLarge = values.find((value) => Number.isFinite(value) && Math.abs(value) >= FLOAT16_OVERFLOW);
  if (tooLarge !== undefined) {
    throw new CheckpointError(`saveOnnx: ${name} holds ${tooLarge}, which float16 cannot. Save as float32.`, {
      name,
    });
  }
  return narrowToFloat16(values);
}
