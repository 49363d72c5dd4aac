import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { tensor2d, tensor3d, transpose } from '@tensorflow/tfjs-core';
import { openFixture } from '@restok/testing';
import type { FixtureTensor } from '@restok/testing';
import { VectorQuantizer } from '../src/index';

const fixture = openFixture('quantizer');
const io = fixture.tensors('io');

/** Settings under which the reference ran. */
export interface QuantizerCase {
  readonly prefix: string;
  readonly use_l2_norm: boolean;
  readonly entropy_loss_ratio: number;
}

export const quantizerCases = fixture.config.reference['cases'] as readonly QuantizerCase[];

/** Names of every stored tensor. */
export const storedNames = [...io.keys()];

/** A tensor of the fixture. */
export const stored = (name: string): FixtureTensor => io.get(name)!;

/** A published `[B, Dc, 1, L]` tensor as `[B, L, Dc]`. */
export function latentsOf(name: string): Tensor3D {
  const { shape, values } = stored(name);
  const [batch, codeWidth, , numLatents] = shape as [number, number, number, number];
  return transpose(tensor3d(values, [batch, codeWidth, numLatents]), [0, 2, 1]);
}

/** A quantiser with the stored codebook. */
export function storedQuantizer(normalize: boolean, entropyLossWeight: number): VectorQuantizer {
  const [codebookSize, codeWidth] = stored('codebook').shape as [number, number];
  const quantizer = new VectorQuantizer({
    codebookSize,
    codeWidth,
    normalize,
    commitmentLossWeight: Number(fixture.config.model!.vq_model['commitment_cost']),
    entropyLossWeight,
  });
  const codebook: Tensor2D = tensor2d(stored('codebook').values.slice(), [codebookSize, codeWidth]);
  quantizer.replaceCodebook(codebook);
  return quantizer;
}
