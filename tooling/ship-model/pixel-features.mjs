import { featureStatistics } from '@restok/metrics';
import { principalComponents, project } from '@restok/metrics/principal-components';

export const NUM_COMPONENTS = 64;
const SETTINGS = { count: NUM_COMPONENTS, passes: 6, seed: 1 };

/**
 * Features for Fréchet distances where no Inception weights are: the first principal components of the pixels in
 * 0 ... 1, found on the reference pictures.
 *
 * @param {{ count: number, bytes(index: number): Uint8Array }} reference
 * @returns an asynchronous function from pictures of the same form to their statistics.
 */
export async function pixelFeatures(reference) {
  const { mean, components } = await principalComponents(reference, SETTINGS);
  return async (pictures) => featureStatistics(await project(pictures, mean, components), NUM_COMPONENTS);
}

/** Every second picture, from the first or the second on. */
export function everySecond(pictures, offset) {
  return {
    count: Math.floor((pictures.count - offset + 1) / 2),
    bytes: (index) => pictures.bytes(2 * index + offset),
  };
}
