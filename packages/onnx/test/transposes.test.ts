import * as tf from '@tensorflow/tfjs-core';
import { ResTok } from '@restok/tokenizer';
import { fixtureNames, openFixture, seededTensor, tokenizerConfigOf, useTestBackend } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { traceTokenizer } from '../src/export/export-tokenizer';
import type { OnnxGraph } from '../src/format/onnx-graph';
import { traceToOnnx } from '../src/trace-to-onnx';

/** Orders of axes that move the channels of pictures. */
const MOVES_OF_PICTURES = ['0,3,1,2', '0,2,3,1'];

/** What moves the channels of whole pictures in a graph. */
function movesOf({ nodes }: OnnxGraph): string[] {
  return nodes
    .filter(({ operator, attributes: { perm } }) => operator === 'Transpose' && Array.isArray(perm))
    .map(({ attributes: { perm } }) => String(perm))
    .filter((perm) => MOVES_OF_PICTURES.includes(perm));
}

describe('channels of pictures', () => {
  beforeAll(() => useTestBackend('cpu'));

  it('move once at each end of a chain in which something is added to each channel', () => {
    const filter = seededTensor(1, 3, 3, 4, 4) as tf.Tensor4D;
    const shift = seededTensor(2, 4);
    const graph = traceToOnnx(
      (symbols) => {
        const first = tf.add(tf.conv2d(symbols.input<tf.Rank.R4>('x'), filter, 1, 'same'), shift);
        const second = tf.mul(
          tf.conv2d(first as tf.Tensor4D, filter, 1, 'same'),
          tf.reshape(shift, [1, 1, 4]),
        );
        return { y: tf.conv2d(second as tf.Tensor4D, filter, 1, 'same') };
      },
      { x: { shape: ['n', 6, 6, 4] } },
    );
    expect(movesOf(graph)).toEqual(MOVES_OF_PICTURES);
  });

  it.each(fixtureNames('tokenizer-'))(
    '%s: move once where pictures go in or come out, and once at the tokens',
    async (name) => {
      const fixture = openFixture(name);
      const source = await ResTok.fromWeights(tokenizerConfigOf(fixture.config), fixture.weights());
      const { encode, decode, decodeCodes } = traceTokenizer(source);
      const hasPixelCnn = source.config.model.vq_model.vae_encoder;
      expect(movesOf(encode)).toEqual(hasPixelCnn ? MOVES_OF_PICTURES : []);
      expect(movesOf(decode)).toEqual(MOVES_OF_PICTURES);
      expect(movesOf(decodeCodes)).toEqual(MOVES_OF_PICTURES);
      source.dispose();
    },
  );
});
