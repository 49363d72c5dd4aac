import type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import {
  add,
  cast,
  div,
  equal,
  mean,
  mul,
  reshape,
  sqrt,
  square,
  sub,
  sum,
  tensor1d,
  tidy,
} from '@tensorflow/tfjs-core';
import { differentiable, linear, Module, ones } from '@restok/ops';
import { stepwiseMean } from '../stepwise-mean';
import { Vgg16, vgg16Channels } from './vgg16';

/** Statistics of the pixels, in -1 ... 1, that the network was fitted with. @source method.md, section 8. */
const SHIFT = [-0.03, -0.088, -0.188];
const SCALE = [0.458, 0.448, 0.45];
/** Added to the length of a feature vector. */
const LENGTH_OFFSET = 1e-10;

/** One weight for each channel, a 1x1 convolution to one value without bias. */
class ChannelWeights extends Module {
  private readonly weight;

  constructor(channels: number) {
    super();
    this.weight = this.parameter('model.1.weight', [1, channels, 1, 1], ones, 'pointwise');
  }

  forward(x: Tensor4D): Tensor4D {
    return linear(x, this.weight.as<Tensor2D>());
  }
}

/**
 * LPIPS: weighted squared distances of unit VGG16 features, averaged over places and summed over five depths.
 *
 * @source Zhang et al., arXiv 1801.03924; method.md, section 8.
 */
export class Lpips extends Module {
  private readonly network;
  private readonly weights: ChannelWeights[];

  /** @param channels of the network's slices, so that a test can use a narrow one. */
  constructor(channels: readonly number[] = vgg16Channels) {
    super();
    this.network = this.child('net', new Vgg16(channels));
    this.weights = channels.map((count, i) => this.child(`lin${i}`, new ChannelWeights(count)));
  }

  /**
   * Unit features of pictures, to be compared.
   *
   * @param pixels `[B, H, W, 3]` in 0 ... 1; values outside are not clamped.
   * @returns one map for each depth, owned by the caller.
   */
  features(pixels: Tensor4D): Tensor4D[] {
    return this.rawFeatures(pixels).map((map) => {
      const unit = tidy(() => unitVectors(map));
      map.dispose();
      return unit;
    });
  }

  /** Features before they are normalised, finest first; owned by the caller. */
  rawFeatures(pixels: Tensor4D): Tensor4D[] {
    return tidy(() => {
      const signed = sub(mul(pixels, 2), 1);
      return this.network.forward(div(sub(signed, tensor1d(SHIFT)), tensor1d(SCALE)) as Tensor4D);
    });
  }

  /**
   * Distance of each sample's features.
   *
   * @param a features of one batch, from {@link features}.
   * @param b those of the other.
   * @returns `[B]`, owned by the caller; differentiable with respect to both.
   */
  distances(a: readonly Tensor4D[], b: readonly Tensor4D[]): Tensor1D {
    return tidy(() =>
      a
        .map((features, depth) => {
          const weighted = this.weights[depth]!.forward(square(sub(features, b[depth]!)) as Tensor4D);
          return reshape(mean(mean(weighted, 2), 1), [-1]) as Tensor1D;
        })
        .reduce((total, part) => add(total, part)),
    );
  }

  /** Mean distance of two batches, see {@link distances}. */
  meanDistance(a: readonly Tensor4D[], b: readonly Tensor4D[]): Scalar {
    return tidy(() => stepwiseMean(this.distances(a, b)));
  }
}

/**
 * x / (|x| + ε) along the channels.
 *
 * @asIs ε stands outside the root, so the published gradient where all features are zero is NaN; here it is zero.
 */
function unitVectors(x: Tensor4D): Tensor4D {
  const lengthsOf = (vectors: Tensor4D): Tensor => sqrt(sum(square(vectors), -1, true));
  return differentiable(
    [x],
    () => tidy(() => div(x, add(lengthsOf(x), LENGTH_OFFSET)) as Tensor4D),
    (gradient, [saved]) => [
      tidy(() => {
        const vectors = saved as Tensor4D;
        const lengths = lengthsOf(vectors); // [B, H, W, 1]
        const isZero = cast(equal(lengths, 0), 'float32');
        const safe = add(lengths, isZero);
        const direction = div(vectors, safe);
        const along = sum(mul(gradient, div(vectors, add(safe, LENGTH_OFFSET))), -1, true);
        const slope = div(sub(gradient, mul(direction, along)), add(safe, LENGTH_OFFSET));
        return mul(slope, sub(1, isZero));
      }),
    ],
  );
}
