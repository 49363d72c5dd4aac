import { CheckpointError } from '@restok/core';
import { narrowToFloat16 } from './half-precision';

/** Types that files are written in. */
export type StoredDtype = 'F32' | 'F16';

/** A tensor to write; its values are asked for when their turn comes. */
export interface TensorToWrite {
  readonly name: string;
  readonly shape: readonly number[];
  values(): Float32Array | Promise<Float32Array>;
}

export interface WriteSafetensorsOptions {
  readonly dtype?: StoredDtype;
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * A safetensors file in pieces: the header first, then one piece per tensor, so that the whole file is never
 * in memory.
 *
 * @throws CheckpointError when a name repeats, values do not fill their shape, or one is too large for F16.
 */
export async function* safetensorsPieces(
  tensors: readonly TensorToWrite[],
  options: WriteSafetensorsOptions = {},
): AsyncGenerator<Uint8Array> {
  const dtype = options.dtype ?? 'F32';
  yield headerOf(tensors, dtype, options.metadata);
  for (const { name, shape, values } of tensors) {
    const data = await values();
    if (data.length !== sizeOf(shape)) {
      throw new CheckpointError(
        `writeSafetensors: "${name}" must hold ${sizeOf(shape)} values, got ${data.length}. Check its shape.`,
      );
    }
    yield dtype === 'F32' ? bytesOf(data) : bytesOf(narrowChecked(name, data));
  }
}

/** The whole file as bytes, for browsers and small models. */
export async function encodeSafetensors(
  tensors: readonly TensorToWrite[],
  options: WriteSafetensorsOptions = {},
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of safetensorsPieces(tensors, options)) {
    pieces.push(piece);
  }
  const file = new Uint8Array(pieces.reduce((total, piece) => total + piece.length, 0));
  let position = 0;
  for (const piece of pieces) {
    file.set(piece, position);
    position += piece.length;
  }
  return file;
}

function headerOf(
  tensors: readonly TensorToWrite[],
  dtype: StoredDtype,
  metadata: Readonly<Record<string, string>> | undefined,
): Uint8Array {
  const header: Record<string, unknown> = metadata === undefined ? {} : { __metadata__: metadata };
  const valueBytes = dtype === 'F32' ? 4 : 2;
  let position = 0;
  for (const { name, shape } of tensors) {
    if (name in header) {
      throw new CheckpointError(`writeSafetensors: the name "${name}" occurs twice. Rename one tensor.`);
    }
    const end = position + sizeOf(shape) * valueBytes;
    header[name] = { dtype, shape, data_offsets: [position, end] };
    position = end;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  // Padded with spaces, so that the data starts at a multiple of eight.
  const length = Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(8 + length).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(text, 8);
  return bytes;
}

function narrowChecked(name: string, values: Float32Array): Uint16Array {
  const tooLarge = values.find((value) => Math.abs(value) >= 65520);
  if (tooLarge !== undefined) {
    throw new CheckpointError(
      `writeSafetensors: "${name}" holds ${tooLarge}, which F16 cannot. Save as F32.`,
    );
  }
  return narrowToFloat16(values);
}

function bytesOf(values: Float32Array | Uint16Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}
