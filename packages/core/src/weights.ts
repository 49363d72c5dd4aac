/** Numeric types that a weight file may hold. */
export type WeightDtype = 'F32' | 'F16' | 'BF16';

/** Name, type and shape of one stored tensor, known before its data is read. */
export interface WeightEntry {
  readonly dtype: WeightDtype;
  readonly shape: readonly number[];
}

/**
 * Named tensors in storage, read one at a time so that a large file never sits in memory twice.
 * `@restok/hub` opens files and URLs as this; tests make it from plain arrays.
 */
export interface WeightReader {
  readonly entries: ReadonlyMap<string, WeightEntry>;
  /** Values of one tensor widened to float32, row-major; the caller owns the array. */
  read(name: string): Promise<Float32Array>;
  close(): Promise<void>;
}
