import { dirname, basename } from 'node:path';
import { openSafetensors, openSource } from '@restok/hub';

/** Layers of VGG16 with a convolution, by slice; a slice but the first begins with a pooling that halves. */
const SLICES = [
  [0, 2],
  [5, 7],
  [10, 12, 14],
  [17, 19, 21],
  [24, 26, 28],
];
const SHIFT = [-0.03, -0.088, -0.188];
const SCALE = [0.458, 0.448, 0.45];

/** Weights as PyTorch lays them out. */
export type LpipsWeights = ReadonlyMap<string, { readonly shape: readonly number[]; values: Float32Array }>;

/** A square map, `[channels][side * side]`. */
type FeatureMap = readonly Float64Array[];

/** Reads all tensors of some files. */
export async function readWeights(...paths: readonly string[]): Promise<LpipsWeights> {
  const weights = new Map<string, { shape: readonly number[]; values: Float32Array }>();
  for (const path of paths) {
    const { source } = await openSource(dirname(path));
    const reader = await openSafetensors(source, basename(path));
    for (const [name, { shape }] of reader.entries) {
      weights.set(name, { shape, values: await reader.read(name) });
    }
    await reader.close();
  }
  return weights;
}

/**
 * LPIPS of two square pictures, one loop for each sum of its definition, in double precision.
 *
 * @param a bytes `[side, side, 3]`.
 * @param b bytes of the other.
 * @source Zhang et al., arXiv 1801.03924, with the constants of its published weights.
 */
export function lpipsByDefinition(weights: LpipsWeights, a: Uint8Array, b: Uint8Array): number {
  const [ofA, ofB] = [slicesOf(weights, a), slicesOf(weights, b)];
  let total = 0;
  ofA.forEach((mapA, depth) => {
    const mapB = ofB[depth]!;
    const linear = weights.get(`lin${depth}.model.1.weight`)!.values;
    const places = mapA[0]!.length;
    for (let place = 0; place < places; place++) {
      const length = (map: FeatureMap): number =>
        Math.hypot(...map.map((channel) => channel[place]!)) + 1e-10;
      const [lengthA, lengthB] = [length(mapA), length(mapB)];
      mapA.forEach((channel, c) => {
        total += (linear[c]! * (channel[place]! / lengthA - mapB[c]![place]! / lengthB) ** 2) / places;
      });
    }
  });
  return total;
}

function slicesOf(weights: LpipsWeights, bytes: Uint8Array): FeatureMap[] {
  let side = Math.sqrt(bytes.length / 3);
  let map: FeatureMap = SHIFT.map((shift, c) =>
    Float64Array.from(
      { length: side * side },
      (_, i) => ((bytes[i * 3 + c]! / 255) * 2 - 1 - shift) / SCALE[c]!,
    ),
  );
  return SLICES.map((layers, slice) => {
    if (slice > 0) {
      map = map.map((channel) => halved(channel, side));
      side = Math.floor(side / 2);
    }
    for (const layer of layers) {
      map = convolved(weights, `net.slice${slice + 1}.${layer}`, map, side);
    }
    return map;
  });
}

/** The largest of each 2 x 2 values. */
function halved(channel: Float64Array, side: number): Float64Array {
  const half = Math.floor(side / 2);
  return Float64Array.from({ length: half * half }, (_, i) => {
    const at = 2 * Math.floor(i / half) * side + 2 * (i % half);
    return Math.max(channel[at]!, channel[at + 1]!, channel[at + side]!, channel[at + side + 1]!);
  });
}

/** A 3 x 3 convolution with zeros around the map, and no value below zero afterwards. */
function convolved(weights: LpipsWeights, name: string, map: FeatureMap, side: number): FeatureMap {
  const { shape, values } = weights.get(`${name}.weight`)!; // [out, in, 3, 3]
  const bias = weights.get(`${name}.bias`)!.values;
  return Array.from({ length: shape[0]! }, (_, out) =>
    Float64Array.from({ length: side * side }, (_, i) => {
      let sum = bias[out]!;
      for (let dy = -1; dy <= 1; dy++) {
        for (let dx = -1; dx <= 1; dx++) {
          const [y, x] = [Math.floor(i / side) + dy, (i % side) + dx];
          if (y >= 0 && y < side && x >= 0 && x < side) {
            map.forEach((channel, c) => {
              sum += values[(out * map.length + c) * 9 + (dy + 1) * 3 + dx + 1]! * channel[y * side + x]!;
            });
          }
        }
      }
      return Math.max(0, sum);
    }),
  );
}
