/** One entry of a header, valid or not. */
export type HeaderEntry = Readonly<Record<string, unknown>>;

/**
 * A safetensors file put together by hand, so that it may be wrong.
 *
 * @param header its JSON text, or what becomes it.
 * @param data the bytes after it, or how many zeros.
 * @param claimedLength what the length field says; the header's length when left out.
 */
export function safetensorsBytes(
  header: string | Readonly<Record<string, HeaderEntry>>,
  data: ArrayLike<number> | number = 0,
  claimedLength?: bigint,
): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const tail = typeof data === 'number' ? new Uint8Array(data) : Uint8Array.from(data);
  const file = new Uint8Array(8 + text.length + tail.length);
  new DataView(file.buffer).setBigUint64(0, claimedLength ?? BigInt(text.length), true);
  file.set(text, 8);
  file.set(tail, 8 + text.length);
  return file;
}

/** An F32 entry of a shape at a place. */
export function f32(shape: readonly number[], start: number, end: number): HeaderEntry {
  return { dtype: 'F32', shape, data_offsets: [start, end] };
}

/** Bytes of float32 values. */
export function floatBytes(...values: number[]): Uint8Array {
  return new Uint8Array(Float32Array.from(values).buffer);
}
