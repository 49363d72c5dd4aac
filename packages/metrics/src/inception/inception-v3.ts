import type { Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import {
  add,
  avgPool,
  concat,
  conv2d,
  matMul,
  maxPool,
  mean,
  relu,
  reshape,
  slice,
  tensor4d,
  tidy,
} from '@tensorflow/tfjs-core';
import type { WeightReader } from '@restok/core';
import { ShapeError } from '@restok/core';
import { softmaxRows } from '../inception-score';
import type { Block, ConvStep, Step } from './architecture';
import { blocks, NUM_CLASSES, SPATIAL_BLOCK, SPATIAL_CHANNELS } from './architecture';
import { torchNameOf } from './layer-names';
import type { ConvLayer, InceptionLayers, InceptionNaming } from './load-layers';
import { disposeConv, loadLayers } from './load-layers';
import type { PictureBatch, PreprocessingName } from './preprocessing';
import { preprocess, preprocessings } from './preprocessing';

/** Sides that pictures are brought to. */
const SIZE = 299;

export interface InceptionOptions {
  /** How pictures are resized; what the weights' publishers do when left out. */
  readonly preprocessing?: PreprocessingName;
  /** Sides that pictures are brought to, 299; smaller ones, from 75 on, are for tests. */
  readonly size?: number;
  onProgress?(loaded: number, total: number): void;
}

/** What metrics are computed from. */
export interface InceptionFeatures {
  /** `[count, 2048]`, for FID and precision and recall. */
  readonly pooled: Float32Array;
  /** `[count, 2023]` for pictures of 299: 7 channels of 17 x 17, for sFID. */
  readonly spatial: Float32Array;
  /** `[count, 1008]`, for the inception score. */
  readonly probabilities: Float64Array;
}

/** Inception V3 as FID is defined with; computes on the current backend, and must be disposed of. */
export class InceptionV3 {
  private constructor(
    private readonly layers: InceptionLayers,
    readonly preprocessing: PreprocessingName,
    private readonly size: number,
  ) {}

  /**
   * @param weights the file of pytorch-fid (names of torchvision) or of the TensorFlow graph (its names); read,
   * not closed.
   * @throws CheckpointError when tensors are missing or of another shape.
   */
  static async fromWeights(
    weights: WeightReader,
    { preprocessing, size = SIZE, onProgress }: InceptionOptions = {},
  ): Promise<InceptionV3> {
    const layers = await loadLayers(weights, onProgress);
    const own = layers.naming === 'torchvision' ? 'pytorch' : 'tensorflow';
    return new InceptionV3(layers, preprocessing ?? own, size);
  }

  /** Which weight file this is. */
  get naming(): InceptionNaming {
    return this.layers.naming;
  }

  /**
   * Features of some pictures.
   *
   * @throws ShapeError when the pixels do not fill the batch.
   * @asIs The classifier's biases are left out of the probabilities, as both evaluation suites do.
   */
  async features(batch: PictureBatch): Promise<InceptionFeatures> {
    const { pixels, count, height, width } = batch;
    if (count < 1 || pixels.length !== count * height * width * 3) {
      throw new ShapeError(
        `InceptionV3.features: pixels must fill [${count}, ${height}, ${width}, 3], got ${pixels.length}. Pass pictures of one size.`,
        { expected: [count, height, width, 3], actual: pixels.length },
      );
    }
    const values = preprocess(batch, this.size, preprocessings[this.preprocessing]);
    const outputs = tidy(() => this.forward(tensor4d(values, [count, this.size, this.size, 3])));
    try {
      const [pooled, spatial, logits] = await Promise.all(
        [outputs.pooled, outputs.spatial, outputs.logits].map((output) => output.data<'float32'>()),
      );
      return {
        pooled: pooled!,
        spatial: spatial!,
        probabilities: softmaxRows(logits!, NUM_CLASSES),
      };
    } finally {
      Object.values(outputs).forEach((output) => output.dispose());
    }
  }

  dispose(): void {
    this.layers.convs.forEach(disposeConv);
    this.layers.classifier.dispose();
  }

  private forward(pixels: Tensor4D): { pooled: Tensor2D; spatial: Tensor2D; logits: Tensor2D } {
    let x = pixels;
    let spatial: Tensor2D | undefined;
    for (const block of blocks) {
      if (block.name === SPATIAL_BLOCK) {
        spatial = this.spatialFeatures(x, block);
      }
      const branches = block.branches.map((steps) =>
        steps.reduce((input, step) => this.step(input, step, block), x),
      );
      x = branches.length === 1 ? branches[0]! : concat(branches, 3);
    }
    const pooled = mean<Tensor2D>(x, [1, 2]); // [B, 2048]
    return { pooled, spatial: spatial!, logits: matMul(pooled, this.layers.classifier) };
  }

  private step(x: Tensor4D, step: Step, block: Block): Tensor4D {
    switch (step.kind) {
      case 'conv':
        return convolve(x, step, this.layer(block, step));
      case 'split':
        return concat(
          step.parts.map((part) => convolve(x, part, this.layer(block, part))),
          3,
        );
      case 'average':
        return avgPool(x, 3, step.stride, step.stride === 1 ? 'same' : 'valid');
      case 'max':
        return maxPool(x, 3, step.stride, step.stride === 1 ? 'same' : 'valid');
    }
  }

  /** The first channels of the block's first convolution, flattened. */
  private spatialFeatures(x: Tensor4D, block: Block): Tensor2D {
    const first = block.branches[0]![0] as ConvStep;
    const { filter, bias } = this.layer(block, first);
    const [rows, columns, inputs] = filter.shape;
    const some: ConvLayer = {
      filter: slice(filter, [0, 0, 0, 0], [rows, columns, inputs, SPATIAL_CHANNELS]),
      bias: slice(bias, [0], [SPATIAL_CHANNELS]) as Tensor1D,
    };
    const map = convolve(x, first, some); // [B, 17, 17, 7]
    return reshape(map, [map.shape[0], map.size / map.shape[0]]);
  }

  private layer(block: Block, step: ConvStep): ConvLayer {
    return this.layers.convs.get(torchNameOf(block, step))!;
  }
}

function convolve(x: Tensor4D, { stride, padding }: ConvStep, { filter, bias }: ConvLayer): Tensor4D {
  return relu(add<Tensor4D>(conv2d(x, filter, stride, padding), bias));
}
