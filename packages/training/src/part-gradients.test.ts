import type { Tensor, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { add, dispose, gather, mean, mul, reshape, square, sub, tensor, tidy } from '@tensorflow/tfjs-core';
import { Random } from '@restok/core';
import {
  expectClose,
  GRADIENT_TOLERANCE,
  relativeDistance,
  tensorsLeftBy,
  testBackends,
  useTestBackend,
} from '@restok/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rampDataset, tinyTrainingConfig } from '../test/tiny-training';
import { drawNumKept, nestedDropout } from './nested-dropout';
import { globalNorm } from './optimizer';
import type { PartResult } from './part-gradients';
import { PartGradients } from './part-gradients';
import { SupervisedTokenizer } from './supervised-tokenizer';

const config = tinyTrainingConfig(
  'losses.quantizer_weight=0.5',
  'training.per_gpu_batch_size=3',
  'dataset.preprocessing.crop_size=16',
);
const part = { step: 4, part: 0, quantized: true };
/** Loss values of two backends, each summed in float32 in its own order. */
const LOSS_TOLERANCE = 1e-5;
/** Rounding of the loss, some 1e-7, over its change; the extrapolation makes it three times as much. */
const QUOTIENT_TOLERANCE = 5e-3;
/** The change of the loss that a step aims at: far above its rounding (1e-7), small against the loss (1). */
const CHANGE = 1e-3;

function newModel(): SupervisedTokenizer {
  return new SupervisedTokenizer(config.tokenizer, { seed: 2, initialization: 'variancePreserving' });
}

function disposeResult({ gradients, latents }: PartResult): void {
  dispose([...gradients, latents]);
}

describe('PartGradients', () => {
  let tokenizer: SupervisedTokenizer;
  let parts: PartGradients;

  beforeEach(async () => {
    await useTestBackend('restok-node');
    tokenizer = newModel();
    parts = new PartGradients(config, rampDataset(6, 16), tokenizer);
  });

  afterEach(() => tokenizer.dispose());

  /** The latents that sample i keeps in this part. */
  function numKept(): number[] {
    const random = new Random(config.training.seed).fork(`kept ${part.step} ${part.part}`);
    return drawNumKept(nestedDropout(4, 1, 0.5), 3, random);
  }

  /**
   * The loss as its gradient sees it: what a gradient does not pass through (the step from latents to codes, the
   * other side of each quantiser term) is held where it was at the start. That is an ordinary function, so
   * difference quotients of it are what the gradient must be.
   */
  function heldLoss(pixels: Tensor4D): () => number {
    const { quantizer } = tokenizer;
    const points = quantizer.comparable(tokenizer.encodeLatents(pixels).latents);
    const { indices } = quantizer.quantize(points);
    const nearest = quantizer.codesOf(indices);
    const offset = sub(nearest, points);
    return () =>
      tidy(() => {
        const moved = quantizer.comparable(tokenizer.encodeLatents(pixels).latents);
        const codes = add(moved, offset) as Tensor3D;
        const reconstruction = tokenizer.decode(codes, { numKept: numKept() });
        const rows = gather(quantizer.comparable(quantizer.codebook), reshape(indices, [-1]));
        const commitment = mul(mean(square(sub(nearest, moved))), 0.25);
        const codebook = mean(square(sub(reshape(rows, points.shape), points)));
        const l2 = mean(square(sub(reconstruction, pixels)));
        return add(l2, mul(add(commitment, codebook), 0.5)).dataSync()[0]!;
      });
  }

  it('gives the gradient of L2 + quantiser loss with nested dropout, module by module', async () => {
    const pixels = await parts.readBatch(part.step);
    const loss = heldLoss(pixels);
    const { gradients, terms } = await parts.compute(part);
    expect(loss()).toBeCloseTo(terms.totalLoss, 6);
    const named = [...tokenizer.namedParameters()].map(([name, parameter], i) => ({
      name,
      parameter,
      start: Float32Array.from(parameter.value.dataSync()),
      gradient: Float32Array.from(gradients[i]!.dataSync()),
    }));
    const random = new Random(9);
    for (const module of ['pixel_encoder', 'encoder', 'quantize', 'decoder', 'pixel_decoder']) {
      // Half of the gradient's values, drawn: an error in one value does not hide behind the others.
      const direction = named.map(({ name, gradient }) =>
        gradient.map((value) => (name.startsWith(`${module}.`) && random.uniform() < 0.5 ? value : 0)),
      );
      const length = Math.sqrt(direction.flatMap((d) => [...d]).reduce((sum, d) => sum + d * d, 0));
      const lossAt = (distance: number): number => {
        named.forEach(({ parameter, start }, i) => {
          const values = start.map((value, j) => value + (distance * direction[i]![j]!) / length);
          parameter.replace(tensorLike(parameter.value, values));
        });
        return loss();
      };
      const quotientOf = (step: number): number => (lossAt(step) - lossAt(-step)) / (2 * step);
      // Two steps extrapolated to none, as what the curvature adds falls with the square.
      const step = CHANGE / length;
      const quotient = (4 * quotientOf(step / 2) - quotientOf(step)) / 3;
      lossAt(0);
      expect(length, `${module}: has a gradient`).toBeGreaterThan(1e-3);
      expectClose([quotient], [length], QUOTIENT_TOLERANCE, module);
    }
  });

  it('gives the same loss and gradients on every backend', async () => {
    const expected = await parts.compute(part);
    const norm = await globalNorm(expected.gradients);
    for (const backend of testBackends.filter((name) => name !== 'restok-node')) {
      await useTestBackend(backend);
      const other = newModel();
      const found = await new PartGradients(config, rampDataset(6, 16), other).compute(part);
      expect([...found.indices], backend).toEqual([...expected.indices]);
      expectClose(Object.values(found.terms), Object.values(expected.terms), LOSS_TOLERANCE, backend);
      [...tokenizer.namedParameters()].forEach(([name], i) => {
        const [a, b] = [found.gradients[i]!.dataSync(), expected.gradients[i]!.dataSync()];
        const size = Math.hypot(...b);
        // What cancels to rounding noise is compared with the whole gradient.
        const distance = relativeDistance(a, b) * (size < 1e-4 * norm ? size / norm : 1);
        expect(distance, `${backend}: ${name}`).toBeLessThan(GRADIENT_TOLERANCE);
      });
      disposeResult(found);
      other.dispose();
    }
  });

  it('adds the weighted terms up to the total', async () => {
    const result = await parts.compute(part);
    const { totalLoss, reconstructionLoss, quantizerLoss, commitmentLoss, codebookLoss } = result.terms;
    expect(totalLoss).toBeCloseTo(reconstructionLoss + 0.5 * quantizerLoss, 6);
    expect(quantizerLoss).toBeCloseTo(commitmentLoss + codebookLoss, 6);
    expect(result.latents.shape).toEqual([3, 4, 4]);
    expect(result.indices).toHaveLength(12);
    disposeResult(result);
  });

  it('leaves the quantiser out of the loss while the latents pass unquantised', async () => {
    const result = await parts.compute({ ...part, quantized: false });
    expect(result.terms.totalLoss).toBeCloseTo(result.terms.reconstructionLoss, 7);
    const names = [...tokenizer.namedParameters()].map(([name]) => name);
    const codebook = result.gradients[names.indexOf('quantize.embedding.weight')]!;
    expect([...codebook.dataSync()].every((value) => value === 0)).toBe(true);
    disposeResult(result);
  });

  it('gives the same numbers for the same part, wherever it is computed', async () => {
    const other = newModel();
    const elsewhere = new PartGradients(config, rampDataset(6, 16), other);
    disposeResult(await elsewhere.compute({ ...part, step: 0 }));
    const [a, b] = [await parts.compute(part), await elsewhere.compute(part)];
    expect(b.terms).toEqual(a.terms);
    a.gradients.forEach((gradient, i) => expectClose(b.gradients[i]!, gradient, 0));
    disposeResult(a);
    disposeResult(b);
    other.dispose();
  });

  it('leaves only what it returns', async () => {
    disposeResult(await parts.compute(part));
    expect(await tensorsLeftBy(async () => disposeResult(await parts.compute(part)))).toBe(0);
  });
});

function tensorLike(like: Tensor, values: Float32Array): Tensor {
  return tensor(values, like.shape);
}
