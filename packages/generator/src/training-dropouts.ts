import type { Tensor3D } from '@tensorflow/tfjs-core';
import { tidy } from '@tensorflow/tfjs-core';
import type { GeneratorConfig, Random } from '@restok/core';
import { dropout } from '@restok/ops';

type Rates = Pick<
  GeneratorConfig,
  | 'token_dropout_p'
  | 'resid_dropout_p'
  | 'ffn_dropout_p'
  | 'drop_path_rate'
  | 'class_dropout_prob'
  | 'n_layer'
>;

/**
 * What a training step drops at random; every draw comes from one seeded stream.
 *
 * @source method.md, sections 7 and 9.
 */
export class TrainingDropouts {
  constructor(
    private readonly rates: Rates,
    private readonly random: Random,
  ) {}

  /** Labels, each replaced by the null label with the config's probability. */
  labels(labels: readonly number[], nullLabel: number): number[] {
    return labels.map((label) => (this.random.uniform() < this.rates.class_dropout_prob ? nullLabel : label));
  }

  /** On the embeddings of the whole sequence. */
  tokens(x: Tensor3D): Tensor3D {
    return this.drop(x, this.rates.token_dropout_p);
  }

  /** On what attention adds in a layer: single values, then whole samples. */
  attention(update: Tensor3D, layer: number): Tensor3D {
    return this.path(this.drop(update, this.rates.resid_dropout_p), layer);
  }

  /** On what the feed-forward part of a layer adds: single values, then whole samples. */
  feedForward(update: Tensor3D, layer: number): Tensor3D {
    return this.path(this.drop(update, this.rates.ffn_dropout_p), layer);
  }

  /** A function that drops the same whenever it is called; the first call moves the stream, later ones do not. */
  repeatable<X, Y>(run: (x: X) => Y): (x: X) => Y {
    const before = this.random.state;
    let hasRun = false;
    return (x) => {
      if (!hasRun) {
        hasRun = true;
        return run(x);
      }
      const now = this.random.state;
      this.random.state = before;
      try {
        return run(x);
      } finally {
        this.random.state = now;
      }
    };
  }

  /** Drops the update of whole samples; the rate grows evenly from 0 in the first layer to the config's in the last. */
  private path(update: Tensor3D, layer: number): Tensor3D {
    const rate = (this.rates.drop_path_rate * layer) / Math.max(1, this.rates.n_layer - 1);
    return this.drop(update, rate, update.shape[1] * update.shape[2]);
  }

  private drop(x: Tensor3D, rate: number, groupSize = 1): Tensor3D {
    return rate === 0 ? x : tidy(() => dropout(x, { rate, seed: this.random.nextUint32(), groupSize }));
  }
}
