import { CheckpointError } from '@restok/core';
import { narrowToFloat16 } from './half-precision';
import { quoteName } from './quote-name';
import { MAX_HEADER_BYTES } from './safetensors-header';

/** Types that files are written in. */
export type StoredDtype = 'F32' | 'F16';

/** A tensor to write; its values are asked for when their turn comes. */
export interface TensorToWrite {
  readonly name: string;
  readonly shape: readonly number[];
  values(): Float32Array | Promise<Float32Array>;
}

export interface WriteSafetensorsOptions {
  /** F16 rounds to the nearest, ties to even; NaN and infinities stay what they are. */
  readonly dtype?: StoredDtype;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** The entry of a header that is no tensor. */
const METADATA = '__metadata__';

/** Finite values from here on would round to infinity in F16, whose largest is 65504. */
const FLOAT16_OVERFLOW = 65520;

/**
 * A safetensors file in pieces: the header first, then one piece per tensor, so that the whole file is never
 * in memory.
 *
 * @throws CheckpointError when a name repeats or a shape is invalid, before the first piece; when values do not
 *   fill their shape, or a finite one is too large for F16.
 */
export async function* safetensorsPieces(
  tensors: readonly TensorToWrite[],
  options: WriteSafetensorsOptions = {},
): AsyncGenerator<Uint8Array> {
  const dtype = options.dtype ?? 'F32';
  yield layOut(tensors, dtype, options.metadata).header;
  for (const { name, shape, values } of tensors) {
    const data = await values();
    if (data.length !== sizeOf(shape)) {
      throw new CheckpointError(
        `writeSafetensors: ${quoteName(name)} must hold ${sizeOf(shape)} values, got ${data.length}. Check its shape.`,
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
  const { header, dataBytes } = layOut(tensors, options.dtype ?? 'F32', options.metadata);
  const file = new Uint8Array(header.length + dataBytes);
  let position = 0;
  for await (const piece of safetensorsPieces(tensors, options)) {
    file.set(piece, position);
    position += piece.length;
  }
  return file;
}

function layOut(
  tensors: readonly TensorToWrite[],
  dtype: StoredDtype,
  metadata: Readonly<Record<string, string>> | undefined,
): { header: Uint8Array; dataBytes: number } {
  const entries = new Map<string, unknown>(metadata === undefined ? [] : [[METADATA, metadata]]);
  const valueBytes = dtype === 'F32' ? 4 : 2;
  let position = 0;
  for (const { name, shape } of tensors) {
    if (name === METADATA) {
      throw new CheckpointError(`writeSafetensors: no tensor may be named ${METADATA}. Rename it.`);
    }
    if (entries.has(name)) {
      throw new CheckpointError(
        `writeSafetensors: the name ${quoteName(name)} occurs twice. Rename one tensor.`,
      );
    }
    const end = position + sizeOf(shape) * valueBytes;
    if (!shape.every((side) => Number.isSafeInteger(side) && side >= 0) || !Number.isSafeInteger(end)) {
      throw new CheckpointError(
        `writeSafetensors: ${quoteName(name)} must have a shape of whole numbers, got [${shape.join(', ')}]. Check its shape.`,
      );
    }
    entries.set(name, { dtype, shape, data_offsets: [position, end] });
    position = end;
  }
  // Unlike an assignment, this can hold the key "__proto__".
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  return { header: paddedHeader(text), dataBytes: position };
}

/** Padded with spaces, so that the data starts at a multiple of eight. */
function paddedHeader(text: Uint8Array): Uint8Array {
  const length = Math.ceil(text.length / 8) * 8;
  if (length > MAX_HEADER_BYTES) {
    throw new CheckpointError(
      `writeSafetensors: the header takes ${length} bytes, more than the ${MAX_HEADER_BYTES} that the format allows. Write several files.`,
    );
  }
  const bytes = new Uint8Array(8 + length).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(text, 8);
  return bytes;
}

function narrowChecked(name: string, values: Float32Array): Uint16Array {
  const tooLarge = values.find((value) => Number.isFinite(value) && Math.abs(value) >= FLOAT16_OVERFLOW);
  if (tooLarge !== undefined) {
    throw new CheckpointError(
      `writeSafetensors: ${quoteName(name)} holds ${tooLarge}, which F16 cannot. Save as F32.`,
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
