import { join } from 'node:path';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import * as tf from '@tensorflow/tfjs-core';
import { layers, model as functionalModel, input, sequential } from '@tensorflow/tfjs-layers';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { expectClose, seededTensor, useTestBackend } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import type { OnnxGraph } from '../src/index';
import { namedTensors, saveOnnx, traceToOnnx } from '../src/index';
import { temporaryFolder } from './temporary-folder';

/** Both compute in single precision, in another order; logits of some tens, sums of 512 products, go through softmax. */
const TOLERANCE = 1e-5;
const BATCHES = [1, 5];
const SIDE = 16;
const CLASSES = 10;

/** Gives every weight other values, those of a trained batch normalisation included; variances stay positive. */
function randomize(model: LayersModel): void {
  model.setWeights(
    model.weights.map(({ originalName, shape }, i) => {
      const values = seededTensor(i + 1, ...(shape as number[]));
      return originalName.endsWith('variance') ? tf.add(tf.abs(values), 0.5) : tf.mul(values, 0.5);
    }),
  );
}

function exported(model: LayersModel): OnnxGraph {
  const weights = Object.fromEntries(model.weights.map((weight) => [weight.originalName, weight.read()]));
  return traceToOnnx(
    (symbols) => ({ probabilities: model.apply(symbols.input('pixels')) as tf.Tensor }),
    { pixels: { shape: ['batch', SIDE, SIDE, 3] } },
    { parameters: namedTensors(weights) },
  );
}

/** Runs the files of a graph and the model on batches of several sizes. */
async function expectSame(name: string, model: LayersModel): Promise<OnnxGraph> {
  const graph = exported(model);
  const path = join(await temporaryFolder(), `${name}.onnx`);
  await saveOnnx(path, graph);
  const session = await InferenceSession.create(path);
  for (const batch of BATCHES) {
    const pixels = seededTensor(9, batch, SIDE, SIDE, 3);
    const { probabilities } = await session.run({
      pixels: new OrtTensor(pixels.dataSync<'float32'>(), pixels.shape),
    });
    const expected = model.predict(pixels) as tf.Tensor;
    expect(probabilities!.dims).toEqual([batch, CLASSES]);
    expectClose(probabilities!.data as Float32Array, expected, TOLERANCE);
    expect(Math.max(...expected.dataSync())).toBeGreaterThan(2 / CLASSES);
  }
  await session.release();
  return graph;
}

describe('traceToOnnx of a model of @tensorflow/tfjs-layers', () => {
  beforeAll(() => useTestBackend('cpu'));

  it('takes a classifier: convolution, batch normalisation, pooling, dense layer and softmax', async () => {
    const classifier = sequential({
      layers: [
        layers.conv2d({ inputShape: [SIDE, SIDE, 3], filters: 8, kernelSize: 3, padding: 'same' }),
        layers.batchNormalization(),
        layers.reLU(),
        layers.maxPooling2d({ poolSize: 2 }),
        layers.flatten(),
        layers.dense({ units: CLASSES, activation: 'softmax' }),
      ],
    });
    randomize(classifier);
    const { nodes, initializers } = await expectSame('classifier', classifier);
    const moves = nodes.flatMap(({ operator, attributes: { perm } }) =>
      operator === 'Transpose' ? [String(perm)] : [],
    );
    // The filter, then the channels of the picture there and back.
    expect(moves.sort()).toEqual(['0,2,3,1', '0,3,1,2', '3,2,0,1']);
    const names = initializers.map(({ name }) => name);
    for (const { originalName } of classifier.weights) {
      expect(names).toContain(originalName);
    }
  });

  it('takes a graph of layers with a residual, channel-wise convolution and average pooling', async () => {
    const pixels = input({ shape: [SIDE, SIDE, 3] });
    const wide = layers
      .conv2d({ filters: 6, kernelSize: 3, strides: 2, padding: 'same', activation: 'elu' })
      .apply(pixels) as SymbolicTensor;
    const deep = layers.separableConv2d({ filters: 6, kernelSize: 3, padding: 'same' }).apply(wide);
    const sum = layers.add().apply([wide, deep as SymbolicTensor]);
    const normal = layers.batchNormalization().apply(sum);
    const pooled = layers
      .globalAveragePooling2d({})
      .apply(layers.averagePooling2d({ poolSize: 2 }).apply(normal) as SymbolicTensor);
    const dropped = layers.dropout({ rate: 0.5 }).apply(pooled);
    const outputs = layers.dense({ units: CLASSES, activation: 'softmax' }).apply(dropped);
    const residual = functionalModel({ inputs: pixels, outputs: outputs as SymbolicTensor });
    randomize(residual);
    await expectSame('residual', residual);
  });
});
