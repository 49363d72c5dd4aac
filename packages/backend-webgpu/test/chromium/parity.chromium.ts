import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import {
  dispose,
  logSoftmax,
  mean,
  mul,
  oneHot,
  tensor,
  tensor1d,
  tensor2d,
  tensor4d,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import { Generator } from '@restok/generator';
import type { GuidanceScheduleName } from '@restok/generator';
import { Parameter, zeros } from '@restok/ops';
import type { FixtureConfig, FixtureTensor } from '@restok/testing';
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
import { Optimizer } from '../../../training/src/optimizer';
import { valueAndGradients } from '../../../training/src/value-and-gradients';
import { useWebGpuBackend } from '../../src/index';

/** Re-runs of the reference in double precision move gradients by 2e-6 of their global norm. */
const GRADIENT_TOLERANCE = 1e-4;

/** A step of float32 arithmetic in another order. */
const STEP_TOLERANCE = 2e-6;

/** What a step takes of the fixture's config. */
interface OptimizerConfig {
  readonly optimizer: { readonly params: { beta1: number; beta2: number; weight_decay: number } };
  readonly training: { readonly max_grad_norm: number };
}

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
    const { value, gradients } = valueAndGradients(
      () => {
        const right = oneHot(indices, vocabularySize);
        return mul(-vocabularySize, mean(mul(logSoftmax(generator.forward(indices, labels)), right)));
      },
      parameters.map(([, parameter]) => parameter.value),
    );
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

describe('optim', () => {
  it('gives the reference parameters after a step of AdamW', async () => {
    const fixture = openFixture('optim');
    const { optimizer, training } = fixture.config as FixtureConfig & OptimizerConfig;
    const parameters = [...fixture.tensors('model')].map(([name, { shape, values }]): [string, Parameter] => {
      const parameter = new Parameter(shape, zeros);
      parameter.load(Float32Array.from(values));
      return [name, parameter];
    });
    const { beta1, beta2, weight_decay: weightDecay } = optimizer.params;
    const adamW = new Optimizer(parameters, {
      beta1,
      beta2,
      weightDecay,
      maxGradNorm: training.max_grad_norm,
    });
    const stored = (file: string, name: string) => fixture.tensors(file).get(`step0.${name}`)!.values;
    const gradients = parameters.map(([name, { shape }]) => tensor(stored('grads', name), [...shape]));
    const io = fixture.tensors('io');
    adamW.step(gradients, 1, {
      learningRate: io.get('lr_per_step')!.values[0]!,
      gradientNorm: io.get('grad_norm_before_clip')!.values[0]!,
    });
    for (const [name, parameter] of parameters) {
      const actual = (await parameter.value.data()) as Float32Array;
      expectClose(actual, stored('params', name), STEP_TOLERANCE, name);
      parameter.dispose();
    }
    dispose(gradients);
    adamW.dispose();
  });
});
