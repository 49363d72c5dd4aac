import type { WeightReader } from '@restok/core';
import type { ModelSource } from './model-source';
import { SafetensorsFile } from './safetensors-file';

/**
 * Opens a safetensors file: reads and checks its header, and each tensor when it is asked for. Tensors of other
 * types than F32, F16 and BF16 are not among its entries.
 *
 * @throws CheckpointError when there is no such file or its header is invalid.
 */
export async function openSafetensors(source: ModelSource, path: string): Promise<WeightReader> {
  const file = await SafetensorsFile.open(source, path);
  return {
    entries: file.entries(),
    read: (tensor) => file.read(tensor),
    close: () => source.close(),
  };
}
