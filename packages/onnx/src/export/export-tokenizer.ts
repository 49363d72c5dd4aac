import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { add, cast, expandDims, less, mul, sub, tensor2d } from '@tensorflow/tfjs-core';
import type { ResTok } from '@restok/tokenizer';
import type { OnnxGraph } from '../format/onnx-graph';
import { tokenizerFiles } from '../format/model-files';
import type { SymbolicInput, SymbolicTensors } from '../trace-to-onnx';
import { traceToOnnx } from '../trace-to-onnx';
import { boundParameters } from '../trace/bound-parameter';
import type { ExportOptions } from './model-metadata';
import { manifestOf, metadataOf } from './model-metadata';
import { writeModel } from './write-model';

/** Name of the vector that stands for latents that are not kept. */
const MASK_TOKEN = 'decoder.latent_mask_token';

/**
 * Writes a tokenizer as ONNX graphs, by running it once on symbolic tensors:
 *
 * - `encode.onnx`: pixels `[batch, H, W, 3]` in 0 ... 1 to indices `[batch, L]` int32 and codes `[batch, L, Dc]`;
 * - `decode.onnx`: indices `[batch, L]` int32 and num_kept `[batch]` int32 to pixels `[batch, H, W, 3]`, not clamped;
 * - `decode-codes.onnx`: the same from codes.
 *
 * Weights keep their published names and are written one by one beside the graphs.
 *
 * @param folder is made where it does not exist.
 * @throws CheckpointError when the file system refuses; nothing half-written stays behind.
 */
export async function exportTokenizer(
  tokenizer: ResTok,
  folder: string,
  options: ExportOptions = {},
): Promise<void> {
  const manifest = manifestOf('tokenizer', tokenizer.config, options);
  const metadata = metadataOf(manifest, tokenizer.levelSizes);
  const { encode, decode, decodeCodes } = traceTokenizer(tokenizer, options);
  await writeModel('exportTokenizer', folder, manifest, [
    { dataFile: tokenizerFiles.encode.data, graphs: { [tokenizerFiles.encode.graph]: encode }, metadata },
    {
      dataFile: tokenizerFiles.decode.data,
      graphs: { [tokenizerFiles.decode.graph]: decode, [tokenizerFiles.decodeCodes.graph]: decodeCodes },
      metadata,
    },
  ]);
}

/** The graphs of a tokenizer. */
export function traceTokenizer(
  tokenizer: ResTok,
  { weights }: ExportOptions = {},
): Readonly<Record<keyof typeof tokenizerFiles, OnnxGraph>> {
  const { numLatents, config, quantizer } = tokenizer;
  const size = config.dataset.preprocessing.crop_size;
  const parameters = boundParameters(tokenizer);
  const trace = (
    name: string,
    run: (symbols: SymbolicTensors) => Readonly<Record<string, Tensor>>,
    inputs: Readonly<Record<string, SymbolicInput>>,
  ): OnnxGraph =>
    traceToOnnx(run, inputs, { name, parameters, weightType: weights, integersReadAsZero: true });

  const numKept: SymbolicInput = { shape: ['batch'], dtype: 'int32' };
  const maskToken = parameters.find(({ name }) => name === MASK_TOKEN)!.tensor as Tensor3D;
  const decoded = (codes: Tensor3D, symbols: SymbolicTensors): { pixels: Tensor4D } => ({
    pixels: tokenizer.decode(masked(codes, symbols.input('num_kept'), maskToken)),
  });
  return {
    encode: trace('restok-encode', (symbols) => tokenizer.encode(symbols.input('pixels')), {
      pixels: { shape: ['batch', size, size, 3] },
    }),
    decode: trace(
      'restok-decode',
      (symbols) => decoded(quantizer.codesOf(symbols.input('indices')), symbols),
      { indices: { shape: ['batch', numLatents], dtype: 'int32' }, num_kept: numKept },
    ),
    decodeCodes: trace('restok-decode-codes', (symbols) => decoded(symbols.input('codes'), symbols), {
      codes: { shape: ['batch', numLatents, quantizer.options.codeWidth] },
      num_kept: numKept,
    }),
  };
}

/** Codes whose first ones are kept, with the mask token in place of the rest; how many is known when the graph runs. */
function masked(codes: Tensor3D, numKept: Tensor1D, maskToken: Tensor3D): Tensor3D {
  const numLatents = codes.shape[1];
  const places = tensor2d(
    Int32Array.from({ length: numLatents }, (_, latent) => latent),
    [1, numLatents],
    'int32',
  );
  const isKept: Tensor2D = less(places, expandDims(numKept, 1)); // [B, L]
  const keep = expandDims(cast(isKept, 'float32'), 2); // [B, L, 1]
  return add(mul(codes, keep), mul(maskToken, sub(1, keep)));
}
