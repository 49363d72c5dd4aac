import * as tf from '@tensorflow/tfjs-core';
import type { BlockSize } from './benchmark-block';

/**
 * A ViT block as one writes it with the operations of TensorFlow.js alone, to compare with: matrix products with
 * transposed operands, attention with all its scores, normalisation from means.
 *
 * @returns `run` computes it forward and backward, `forward` only forward; `dispose` frees its tensors.
 */
export function plainBlock({ latents, side, width, heads }: BlockSize): {
  readonly run: () => void;
  readonly forward: () => void;
  readonly dispose: () => void;
} {
  const tokens = latents + side ** 2;
  const headWidth = width / heads;
  const weight = (rows: number, columns: number): tf.Tensor =>
    tf.randomNormal([rows, columns], 0, 0.02, 'float32', rows + columns);
  const parameters = [
    weight(3 * width, width),
    weight(width, width),
    weight(4 * width, width),
    weight(width, 4 * width),
  ];
  const x = tf.randomNormal([tokens, width], 0, 1, 'float32', 1);

  const normalize = (input: tf.Tensor): tf.Tensor => {
    const { mean, variance } = tf.moments(input, -1, true);
    return tf.div(tf.sub(input, mean), tf.sqrt(tf.add(variance, 1e-5)));
  };
  const linear = (input: tf.Tensor, matrix: tf.Tensor): tf.Tensor => tf.matMul(input, matrix, false, true);
  const gelu = (input: tf.Tensor): tf.Tensor =>
    tf.mul(tf.mul(input, 0.5), tf.add(tf.erf(tf.mul(input, Math.SQRT1_2)), 1));
  const headsFirst = (part: tf.Tensor): tf.Tensor =>
    tf.transpose(tf.reshape(part, [tokens, heads, headWidth]), [1, 0, 2]); // [H, T, Dh]

  const block = (...[input, qkv, projection, widen, narrow]: tf.Tensor[]): tf.Tensor => {
    const [queries, keys, values] = tf.split(linear(normalize(input!), qkv!), 3, 1).map(headsFirst);
    const scores = tf.mul(tf.matMul(queries!, keys!, false, true), headWidth ** -0.5); // [H, T, T]
    const mixed = tf.transpose(tf.matMul(tf.softmax(scores), values!), [1, 0, 2]); // [T, H, Dh]
    const attended = tf.add(input!, linear(tf.reshape(mixed, [tokens, width]), projection!));
    return tf.add(attended, linear(gelu(linear(normalize(attended), widen!)), narrow!));
  };
  const gradients = tf.grads((...inputs) => tf.sum(block(...(inputs as tf.Tensor[]))));
  return {
    run: () => {
      const computed = gradients([x, ...parameters]);
      computed.forEach((gradient) => gradient.dataSync());
      tf.dispose(computed);
    },
    forward: () => tf.tidy(() => void block(x, ...parameters)),
    dispose: () => tf.dispose([x, ...parameters]),
  };
}
