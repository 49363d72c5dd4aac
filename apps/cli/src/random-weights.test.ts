import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { Generator } from '@restok/generator';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadRandomWeights } from './random-weights';

describe('loadRandomWeights', () => {
  beforeAll(() => tf.setBackend('cpu'));

  it('gives every parameter other values, gains near 1 and the others near 0', async () => {
    const model = new Generator({
      ...{ n_layer: 2, n_head: 2, dim: 16, multiple_of: 16, vocab_size: 64, block_size: 8, num_classes: 3 },
      ...{ har: true, ar_token_num: 2 },
    });
    loadRandomWeights(model);
    const beginnings = new Set<string>();
    const parameters = [...model.namedParameters()];
    for (const [name, parameter] of parameters) {
      const values = await parameter.published();
      const centre = name.endsWith('norm.weight') ? 1 : 0;
      expect(Math.max(...values.map((value) => Math.abs(value - centre))), name).toBeLessThan(0.2);
      beginnings.add(
        values
          .slice(0, 4)
          .map((value) => value - centre)
          .join(),
      );
    }
    expect(beginnings.size).toBe(parameters.length);
    model.dispose();
  });
});
