import type { WeightReader } from '@restok/core';
import { parseGeneratorConfig, parseTokenizerConfig } from '@restok/core';
import { generatorArchitecture, hasHarWeights } from '@restok/generator';
import type { ModelFacts } from '../engine/engine-api';
import { generatorPictureBytes, tokenizerPictureBytes } from './largest-activation';

/** Memory beside the weights: activations, code, pictures. */
const WORKING_BYTES = 400 * 2 ** 20;
/** No WebAssembly memory is larger than 4 GiB; some is needed for what is computed. */
const LARGEST_BYTES = 3.5 * 2 ** 30;
const GIB = 2 ** 30;

const BYTES_OF = { F32: 4, F16: 2, BF16: 2 } as const;

/** What of a device decides whether a model fits. */
export interface DeviceMemory {
  /** Memory that it says it has, in GiB; browsers round it down and never say more than 8. */
  readonly gib: number | undefined;
  /** Bytes of the largest tensor that it holds; Infinity where there is no such limit. */
  readonly largestTensorBytes: number;
  /** Bytes that the browser's store still takes. */
  readonly freeStorage: number | undefined;
}

/**
 * What a model needs, from its config and the header of its weights.
 *
 * @throws ConfigError in one line when the config is no tokenizer's and no generator's.
 */
export function modelFacts(config: unknown, weights: WeightReader, device: DeviceMemory): ModelFacts {
  let numParameters = 0;
  let downloadBytes = 0;
  let largestWeight: LargeTensor = { what: 'a weight', bytes: 0 };
  for (const [name, { dtype, shape }] of weights.entries) {
    const size = shape.reduce((product, side) => product * side, 1);
    numParameters += size;
    downloadBytes += size * BYTES_OF[dtype];
    if (size * 4 > largestWeight.bytes) {
      largestWeight = { what: `its weight ${name}`, bytes: size * 4 };
    }
  }
  const memoryBytes = numParameters * 4 + WORKING_BYTES;
  const refusalWith = (pictureBytes: number): string | undefined => {
    const activation = { what: 'what it computes of one picture', bytes: pictureBytes };
    const largest = activation.bytes > largestWeight.bytes ? activation : largestWeight;
    return refusalOf({ memoryBytes, downloadBytes, largest }, device);
  };
  const common = { downloadBytes, numParameters, memoryBytes, license: licenseOf(config) };
  if (isTokenizer(config)) {
    const parsed = parseTokenizerConfig(config);
    const { model, dataset } = parsed;
    const refusal = refusalWith(tokenizerPictureBytes(parsed));
    const { num_latent_tokens: latents, codebook_size: codebookSize } = model.vq_model;
    const side = dataset.preprocessing.crop_size;
    const title = `Tokenizer: pictures of ${side} x ${side} to ${latents} latents`;
    return { ...common, refusal, kind: 'tokenizer', title, latents, codebookSize };
  }
  const har = hasHarWeights(weights);
  const parsed = parseGeneratorConfig(config, { har });
  const title = `Generator: ${parsed.num_classes} classes, ${parsed.block_size} latents`;
  const sizes = { latents: parsed.block_size, codebookSize: parsed.vocab_size };
  const refusal = refusalWith(generatorPictureBytes(generatorArchitecture(parsed, har)));
  return { ...common, refusal, kind: 'generator', title, ...sizes };
}

interface LargeTensor {
  readonly what: string;
  /** As float32. */
  readonly bytes: number;
}

interface Needs {
  readonly memoryBytes: number;
  readonly downloadBytes: number;
  readonly largest: LargeTensor;
}

/** Why a device cannot hold a model, in a sentence that says what to do. */
function refusalOf(
  { memoryBytes, downloadBytes, largest }: Needs,
  { gib, freeStorage, largestTensorBytes }: DeviceMemory,
): string | undefined {
  const needed = (memoryBytes / GIB).toFixed(1);
  if (memoryBytes > LARGEST_BYTES) {
    return `It needs ${needed} GB of memory, more than a browser tab can have. Run it with the command line instead.`;
  }
  if (gib !== undefined && memoryBytes > (gib * GIB) / 2) {
    return `It needs ${needed} GB of memory and this device has about ${gib} GB for everything. Use a larger device or a smaller model.`;
  }
  if (largest.bytes > largestTensorBytes) {
    return `This graphics card holds tensors of up to ${Math.floor(largestTensorBytes / 1e6)} MB, and ${largest.what} has ${Math.ceil(largest.bytes / 1e6)} MB. Open the page with ?backend=webassembly, or use a smaller model.`;
  }
  if (freeStorage !== undefined && downloadBytes > freeStorage) {
    return `It takes ${Math.ceil(downloadBytes / 1e6)} MB of the browser's storage, which has ${Math.floor(freeStorage / 1e6)} MB left. Free some space and try again.`;
  }
  return undefined;
}

function isTokenizer(config: unknown): boolean {
  const model = valueOf(config, 'model');
  return valueOf(model, 'vq_model') !== undefined;
}

function licenseOf(config: unknown): string | undefined {
  const license = valueOf(config, 'license');
  return typeof license === 'string' ? license : undefined;
}

function valueOf(node: unknown, key: string): unknown {
  return typeof node === 'object' && node !== null && Object.hasOwn(node, key)
    ? (node as Record<string, unknown>)[key]
    : undefined;
}
