import { CheckpointError } from '@restok/core';
import { duplicateKeys } from './duplicate-keys';
import { quoteName } from './quote-name';

/** Bytes of the length field in front of the header. */
export const LENGTH_BYTES = 8;

/** The largest header that the format allows. */
export const MAX_HEADER_BYTES = 100_000_000;

/** Bytes per value of every type that the format knows; a map, for a file may name anything as its type. */
const DTYPE_BYTES: ReadonlyMap<unknown, number> = new Map([
  ...['BOOL', 'U8', 'I8', 'F8_E5M2', 'F8_E4M3'].map((dtype) => [dtype, 1] as const),
  ...['I16', 'U16', 'F16', 'BF16'].map((dtype) => [dtype, 2] as const),
  ...['I32', 'U32', 'F32'].map((dtype) => [dtype, 4] as const),
  ...['F64', 'I64', 'U64'].map((dtype) => [dtype, 8] as const),
]);

/** Where one tensor lies in the file. */
export interface SafetensorsEntry {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Byte range in the file. */
  readonly start: number;
  readonly end: number;
}

/** The file that a header belongs to. */
interface FileLayout {
  /** What errors call it. */
  readonly name: string;
  /** Bytes of the whole file. */
  readonly size: number;
  /** First byte after the header. */
  readonly dataStart: number;
}

/**
 * Length of the header from the first eight bytes of a file.
 *
 * @throws CheckpointError when it cannot fit the file.
 */
export function headerLength(lengthField: Uint8Array, fileSize: number, name: string): number {
  const length = new DataView(lengthField.buffer, lengthField.byteOffset).getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER_BYTES) || Number(length) + LENGTH_BYTES > fileSize || length < 2n) {
    throw invalid(name, `its header claims ${length} bytes in a file of ${fileSize}`);
  }
  return Number(length);
}

/**
 * Checks a header completely, before any data is read: types, shapes, byte counts, ranges, overlaps, gaps and
 * duplicate names.
 *
 * @param header bytes after the length field.
 * @param fileSize bytes of the whole file.
 * @param name what errors call the file.
 * @throws CheckpointError naming the first thing that is wrong.
 * @source The safetensors format, https://github.com/huggingface/safetensors.
 */
export function parseHeader(
  header: Uint8Array,
  fileSize: number,
  name: string,
): Map<string, SafetensorsEntry> {
  const file = { name, size: fileSize, dataStart: LENGTH_BYTES + header.length };
  const entries = new Map<string, SafetensorsEntry>();
  for (const [tensor, value] of Object.entries(parseObject(header, name))) {
    if (tensor === '__metadata__') {
      checkMetadata(value, name);
    } else {
      entries.set(tensor, parseEntry(tensor, value, file));
    }
  }
  checkCoverage(entries, file);
  return entries;
}

function parseObject(header: Uint8Array, name: string): Record<string, unknown> {
  let text: string;
  let parsed: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(header);
    parsed = JSON.parse(text);
  } catch {
    throw invalid(name, 'its header is not JSON');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw invalid(name, 'its header is not an object');
  }
  const [duplicate] = duplicateKeys(text);
  if (duplicate !== undefined) {
    throw invalid(name, `its header names ${quoteName(duplicate)} twice`);
  }
  return parsed as Record<string, unknown>;
}

function parseEntry(tensor: string, value: unknown, file: FileLayout): SafetensorsEntry {
  const { name, size, dataStart } = file;
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Record<string, unknown>;
  const quoted = quoteName(tensor);
  const valueBytes = DTYPE_BYTES.get(dtype);
  if (typeof dtype !== 'string' || valueBytes === undefined) {
    throw invalid(name, `${quoted} has the unknown type ${quoteName(String(dtype))}`);
  }
  if (!isCounts(shape)) {
    throw invalid(name, `${quoted} has no valid shape`);
  }
  if (!isCounts(offsets) || offsets.length !== 2) {
    throw invalid(name, `${quoted} has no valid data_offsets`);
  }
  const [start, end] = offsets as [number, number];
  const expected = byteCount(shape, valueBytes);
  if (expected === undefined) {
    throw invalid(name, `${quoted} has a shape that no file can hold`);
  }
  if (end - start !== expected) {
    throw invalid(
      name,
      `${quoted} [${shape.join(', ')}] ${dtype} needs ${expected} bytes, its range holds ${end - start}`,
    );
  }
  if (dataStart + end > size) {
    throw invalid(
      name,
      `${quoted} ends at byte ${dataStart + end} of a file of ${size}; the file is cut off`,
    );
  }
  return { dtype, shape, start: dataStart + start, end: dataStart + end };
}

/** Undefined where the product is too large for an exact number. */
function byteCount(shape: readonly number[], valueBytes: number): number | undefined {
  let product = valueBytes;
  for (const side of shape) {
    product *= side;
    if (!Number.isSafeInteger(product)) {
      return undefined;
    }
  }
  return product;
}

/** Tensors must follow each other without overlap or gap up to the end of the file. */
function checkCoverage(
  entries: ReadonlyMap<string, SafetensorsEntry>,
  { name, size, dataStart }: FileLayout,
): void {
  let position = dataStart;
  const sorted = [...entries].sort(([, a], [, b]) => a.start - b.start || a.end - b.end);
  for (const [tensor, { start, end }] of sorted) {
    if (start !== position) {
      throw invalid(
        name,
        `${quoteName(tensor)} ${start < position ? 'overlaps' : 'leaves a gap after'} the tensor before it`,
      );
    }
    position = end;
  }
  if (position !== size) {
    throw invalid(name, `${size - position} bytes after the last tensor belong to none`);
  }
}

function checkMetadata(value: unknown, name: string): void {
  const isTexts =
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((text) => typeof text === 'string');
  if (!isTexts) {
    throw invalid(name, '__metadata__ must hold texts only');
  }
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((side) => Number.isSafeInteger(side) && (side as number) >= 0);
}

function invalid(name: string, problem: string): CheckpointError {
  return new CheckpointError(
    `openSafetensors: ${name} is not a valid safetensors file: ${problem}. Get the file again.`,
  );
}
