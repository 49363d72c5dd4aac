import type { Scalar, Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import {
  dispose,
  logSoftmax,
  mean,
  mul,
  oneHot,
  tensor1d,
  tensor2d,
  tensor4d,
  tidy,
  transpose,
  valueAndGrads,
} from '@tensorflow/tfjs-core';
import { useWebGpuBackend } from '@restok/backend-webgpu';
import { Generator } from '@restok/generator';
import type { GuidanceScheduleName } from '@restok/generator';
import '@restok/ops/gradients';
import type { FixtureTensor } from '@restok/testing';
import {
  expectClose,
  fixtureNames,
  FORWARD_TOLERANCE,
  modelArgsOf,
  openFixture,
  optionsOf,
  relativeDistance,
  runsOf,
  tokenizerConfigOf,
} from '@restok/testing';
import { ResTok } from '@restok/tokenizer';
import { beforeAll, describe, expect, it } from 'vitest';

/** Re-runs of the reference in double precision move gradients by 2e-6 of their global norm. */
const GRADIENT_TOLERANCE = 1e-4;

beforeAll(async () => {
  const { isSoftware } = await useWebGpuBackend();
  expect(isSoftware).toBe(true);
});

/** Values that are consumed: a page must wait for those of an emulated card. */
async function valuesOf(tensor: Tensor): Promise<Float32Array | Int32Array> {
  const values = (await tensor.data()) as Float32Array | Int32Array;
  tensor.dispose();
  return values;
}

/** A picture as PyTorch stores it, as `[B, H, W, C]`. */
const pictureOf = ({ values, shape }: FixtureTensor): Tensor4D =>
  tidy(() => transpose(tensor4d(values, shape as [number, number, number, number]), [0, 2, 3, 1]));

/** As many values of a decoded picture as are stored, in PyTorch's order. */
async function published(picture: Tensor4D, { values }: FixtureTensor): Promise<Float32Array> {
  const moved = tidy(() => transpose(picture, [0, 3, 1, 2]));
  picture.dispose();
  return Float32Array.from((await valuesOf(moved)).subarray(0, values.length));
}

describe.each(fixtureNames('tokenizer-'))('%s', (name) => {
  it('gives the reference indices, and the pictures of some and of all latents', async () => {
    const fixture = openFixture(name);
    const io = fixture.tensors('io');
    const tokenizer = await ResTok.fromWeights(tokenizerConfigOf(fixture.config), fixture.weights());
    const pixels = pictureOf(io.get('image')!);
    const { indices, codes } = tokenizer.encode(pixels);
    expect([...(await indices.data())]).toEqual([...io.get('quantize.indices')!.values]);
    const whole = io.get('reconstruction')!;
    expectClose(await published(tokenizer.decode(codes), whole), whole.values, FORWARD_TOLERANCE, name);
    for (const [stored, tensor] of io) {
      const numKept = /^reconstruction\.keep_(\d+)$/.exec(stored)?.[1];
      if (numKept !== undefined) {
        const picture = await published(tokenizer.decode(codes, { numKept: Number(numKept) }), tensor);
        expectClose(picture, tensor.values, FORWARD_TOLERANCE, stored);
      }
    }
    dispose([pixels, indices, codes]);
    tokenizer.dispose();
  });
});

describe.each([...fixtureNames('har-generate-'), ...fixtureNames('ar-vanilla-generate')])('%s', (name) => {
  it('generates the reference indices and logits', async () => {
    const fixture = openFixture(name);
    const io = fixture.tensors('io');
    const generator = await Generator.fromWeights(modelArgsOf(fixture), fixture.weights());
    const labels = [...io.get('cond')!.values];
    const [runName, run] = runsOf<GuidanceScheduleName>(fixture)[0]!;
    let last: Float32Array | undefined;
    const options = {
      ...optionsOf(runName, run),
      onLogits: (values: Float32Array) => (last = values.slice()),
    };
    const indices = await generator.generateIndices(labels, options);
    expect([...(await valuesOf(indices))]).toEqual([...io.get(`gen.${runName}.indices`)!.values]);
    // Logits of the last pass, which all others lead to.
    const stored = io.get(`gen.${runName}.logits`)!;
    const perSample = last!.length / labels.length;
    const perStored = stored.values.length / labels.length;
    labels.forEach((_, sample) => {
      const end = (sample + 1) * perStored;
      const expected = stored.values.subarray(end - perSample, end);
      const actual = last!.subarray(sample * perSample, (sample + 1) * perSample);
      expectClose(actual, expected, FORWARD_TOLERANCE, 'logits');
    });
    generator.dispose();
  });
});

describe.each([...fixtureNames('har-forward-'), ...fixtureNames('ar-vanilla-forward')])('%s', (name) => {
  it('gives the reference loss and gradients', async () => {
    const fixture = openFixture(name);
    const io = fixture.tensors('io');
    const generator = await Generator.fromWeights(modelArgsOf(fixture), fixture.weights());
    const { values, shape } = io.get('idx')!;
    const indices = tensor2d(Int32Array.from(values), shape as [number, number], 'int32');
    const labels = tensor1d(Int32Array.from(io.get('cond')!.values), 'int32');
    const { vocab_size: vocabularySize } = generator.config;
    const parameters = [...generator.namedParameters()];
    const crossEntropy = (): Scalar => {
      const right = oneHot(indices, vocabularySize);
      return mul(-vocabularySize, mean(mul(logSoftmax(generator.forward(indices, labels)), right)));
    };
    const weights = parameters.map(([, parameter]) => parameter.value);
    const { value, grads: gradients } = valueAndGrads(crossEntropy)(weights);
    expectClose(await valuesOf(value), io.get('train.loss')!.values, FORWARD_TOLERANCE, 'loss');
    const reference = fixture.tensors('grads');
    expect(parameters.map(([parameter]) => parameter).sort()).toEqual([...reference.keys()].sort());
    const actual: number[] = [];
    const expected: number[] = [];
    for (const [i, [parameter]] of parameters.entries()) {
      actual.push(...(await valuesOf(gradients[i]!)));
      expected.push(...reference.get(parameter)!.values);
    }
    expect(relativeDistance(actual, expected)).toBeLessThan(GRADIENT_TOLERANCE);
    dispose([indices, labels]);
    generator.dispose();
  });
});
