import type { WeightReader } from '@restok/core';
import { loadParameters } from '@restok/ops';
import { Lpips } from './lpips';
import { vgg16Channels, vgg16Layers } from './vgg16';
import { openWeightFiles, renamedWeights } from '../weight-files';

/** Slice of each layer of the published sequence. */
const SLICE_OF_LAYER = new Map(
  vgg16Layers.flatMap((layers, slice) => layers.map((layer) => [layer, slice + 1] as const)),
);

/**
 * Opens LPIPS from safetensors files: VGG16 (names of torchvision, `features.0.weight`, or of the published loss
 * module, `net.slice1.0.weight`) and its linear weights (`lin0.model.1.weight`), together or apart, under any prefix.
 *
 * @returns owned by the caller.
 * @throws CheckpointError in one line when a file cannot be read or lacks a tensor.
 */
export async function openLpips(paths: readonly string[]): Promise<Lpips> {
  const weights = await openWeightFiles(paths);
  try {
    return await lpipsOf(weights);
  } finally {
    await weights.close();
  }
}

/** LPIPS of open weights, which stay open; its channels are those of the weights. */
export async function lpipsOf(stored: WeightReader): Promise<Lpips> {
  const weights = renamedWeights(stored, lpipsName);
  const channels = vgg16Layers.map(
    ([layer], slice) =>
      weights.entries.get(`net.slice${slice + 1}.${layer}.weight`)?.shape[0] ?? vgg16Channels[slice]!,
  );
  const lpips = new Lpips(channels);
  try {
    await loadParameters(lpips, weights);
  } catch (error) {
    lpips.dispose();
    throw error;
  }
  return lpips;
}

/** The name of a stored tensor in {@link Lpips}; undefined for what it does not need, such as a classifier. */
function lpipsName(stored: string): string | undefined {
  const published = /(?:^|\.)(net\.slice\d\.\d+\.(?:weight|bias)|lin\d\.model\.1\.weight)$/.exec(stored);
  if (published !== null) {
    return published[1];
  }
  const torchvision = /(?:^|\.)features\.(\d+)\.(weight|bias)$/.exec(stored);
  const slice = torchvision === null ? undefined : SLICE_OF_LAYER.get(Number(torchvision[1]));
  return slice === undefined ? undefined : `net.slice${slice}.${torchvision![1]}.${torchvision![2]}`;
}
