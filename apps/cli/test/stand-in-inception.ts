import { writeSafetensors } from '@restok/hub/node';
import type { InceptionFeatures, PictureBatch } from '@restok/metrics/inception';
import { InceptionV3 } from '@restok/metrics/inception';
import { vi } from 'vitest';

const NUM_POOLED = 6;
const NUM_SPATIAL = 5;
const NUM_CLASSES = 4;

/**
 * Puts a tiny network in the place of Inception while a file's tests run: what a picture gives depends on its pixels
 * alone, and everything around the network is real.
 *
 * @param path of a weight file that is written, for `--inception`.
 */
export async function standInForInception(path: string): Promise<void> {
  const values = Float32Array.of(1);
  await writeSafetensors(path, [{ name: 'tiny', shape: [1], values: () => Promise.resolve(values) }]);
  const network: InceptionV3 = Object.assign(Object.create(InceptionV3.prototype) as InceptionV3, {
    preprocessing: 'pytorch' as const,
    features: (batch: PictureBatch): Promise<InceptionFeatures> => Promise.resolve(featuresOf(batch)),
    dispose: () => undefined,
  });
  vi.spyOn(InceptionV3.prototype, 'naming', 'get').mockReturnValue('torchvision');
  vi.spyOn(InceptionV3, 'fromWeights').mockResolvedValue(network);
}

/** Means of waves over the bytes of each picture, with a bend so that features are no linear map of each other. */
function featuresOf({ pixels, count }: PictureBatch): InceptionFeatures {
  const all = Uint8Array.from(pixels);
  const size = pixels.length / count;
  const rows = (width: number, shift: number): number[] =>
    Array.from({ length: count * width }, (_, at) => {
      const bytes = all.subarray(Math.floor(at / width) * size, (Math.floor(at / width) + 1) * size);
      const frequency = (at % width) + shift;
      const sum = bytes.reduce((total, byte, i) => total + byte * Math.sin(1 + frequency * i), 0);
      return Math.abs(sum / 255) ** 1.5;
    });
  const weights = rows(NUM_CLASSES, 20);
  return {
    pooled: Float32Array.from(rows(NUM_POOLED, 1)),
    spatial: Float32Array.from(rows(NUM_SPATIAL, 10)),
    probabilities: Float64Array.from(weights, (weight, at) => {
      const first = at - (at % NUM_CLASSES);
      return weight / weights.slice(first, first + NUM_CLASSES).reduce((total, each) => total + each, 0);
    }),
  };
}
