import type { Tensor4D } from '@tensorflow/tfjs-core';
import { reshape, tensor } from '@tensorflow/tfjs-core';
import { CheckpointError, Random } from '@restok/core';
import type { FixtureTensor } from '@restok/testing';
import {
  expectClose,
  FORWARD_TOLERANCE,
  seededTensor,
  tensorsLeftBy,
  useTestBackend,
  weightReader,
} from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import type { PlainVit } from '../../test/plain-vit';
import { plainVitFeatures } from '../../test/plain-vit';
import { PretrainedVit } from './pretrained-vit';
import type { VitKindName } from './vit-kinds';
import { vitKinds } from './vit-kinds';

const WIDTH = 16;
const HEADS = 2;
const LAYERS = 2;
const PATCH = 4;
const SIDE = 12;

/** Exact GELU from its integral form: x times the share of a normal distribution below x (Simpson's rule). */
function exactGelu(x: number): number {
  const density = (t: number): number => Math.exp((-t * t) / 2) / Math.sqrt(2 * Math.PI);
  const steps = 200;
  let area = density(0) + density(x);
  for (let i = 1; i < steps; i++) {
    area += density((x * i) / steps) * (i % 2 === 0 ? 2 : 4);
  }
  return x * (0.5 + (area * x) / steps / 3);
}

function tanhGelu(x: number): number {
  return (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
}

/** What sets a kind apart, as its own paper and weights have it. */
type Traits = Pick<PlainVit, 'epsilon' | 'activate' | 'prefix' | 'scales' | 'angle'> & {
  readonly extra: readonly (readonly [string, readonly number[]])[];
  readonly leftOut: readonly string[];
};

const classToken = [['cls_token', 1]] as const;
const table = (rows: number) => ['pos_embed', [1, rows, WIDTH]] as const;
const token = (name: string, count: number) => [name, [1, count, WIDTH]] as const;
const scales = (attention: string, mlp: string) =>
  [0, 1].flatMap((layer) => [attention, mlp].map((name) => [`blocks.${layer}.${name}`, [WIDTH]] as const));
const plain = { epsilon: 1e-6, activate: exactGelu, prefix: classToken, leftOut: [] };
const withTable = [token('cls_token', 1), table(10)];

const traits: Record<VitKindName, Traits> = {
  dino: { ...plain, activate: tanhGelu, extra: withTable },
  mae: { ...plain, extra: withTable },
  dinov2: {
    ...plain,
    scales: ['ls1.gamma', 'ls2.gamma'],
    extra: [...withTable, ...scales('ls1.gamma', 'ls2.gamma')],
  },
  dinov3: {
    ...plain,
    epsilon: 1e-5,
    prefix: [
      ['cls_token', 1],
      ['reg_token', 4],
    ],
    scales: ['gamma_1', 'gamma_2'],
    // Two pairs of channels turn by the row, two by the column, at periods 1 and 10.
    angle: (row, column, pair) => {
      const place = pair < 2 ? row : column;
      return (2 * Math.PI * ((2 * (place + 0.5)) / 3 - 1)) / [1, 10][pair % 2]!;
    },
    extra: [token('cls_token', 1), token('reg_token', 4), ...scales('gamma_1', 'gamma_2')],
    leftOut: ['qkv.bias'],
  },
  clip: {
    ...plain,
    epsilon: 1e-5,
    extra: [...withTable, ['norm_pre.weight', [WIDTH]], ['norm_pre.bias', [WIDTH]]],
    leftOut: ['patch_embed.proj.bias'],
  },
  siglip2: { ...plain, prefix: [], extra: [table(9)] },
};

/** Random weights as timm would store them, with a head that features do not need. */
function weightsOf(kind: VitKindName): Map<string, FixtureTensor> {
  const { extra, leftOut } = traits[kind];
  const shapes: (readonly [string, readonly number[]])[] = [
    ['patch_embed.proj.weight', [WIDTH, 3, PATCH, PATCH]],
    ['patch_embed.proj.bias', [WIDTH]],
    ['norm.weight', [WIDTH]],
    ['norm.bias', [WIDTH]],
    ['head.weight', [5, WIDTH]],
    ...extra,
  ];
  for (let layer = 0; layer < LAYERS; layer++) {
    for (const [name, outputs, inputs] of [
      ['attn.qkv', 3 * WIDTH, WIDTH],
      ['attn.proj', WIDTH, WIDTH],
      ['mlp.fc1', 4 * WIDTH, WIDTH],
      ['mlp.fc2', WIDTH, 4 * WIDTH],
    ] as const) {
      shapes.push(
        [`blocks.${layer}.${name}.weight`, [outputs, inputs]],
        [`blocks.${layer}.${name}.bias`, [outputs]],
      );
    }
    for (const name of ['norm1', 'norm2']) {
      shapes.push([`blocks.${layer}.${name}.weight`, [WIDTH]], [`blocks.${layer}.${name}.bias`, [WIDTH]]);
    }
  }
  const random = new Random(5);
  return new Map(
    shapes
      .filter(([name]) => !leftOut.some((part) => name.endsWith(part)))
      .map(([name, shape]) => {
        const size = shape.reduce((product, side) => product * side, 1);
        return [name, { shape, values: Float32Array.from({ length: size }, () => 0.3 * random.normal()) }];
      }),
  );
}

describe('PretrainedVit', () => {
  beforeAll(() => useTestBackend('restok-node'));

  const open = (kind: VitKindName): Promise<PretrainedVit> =>
    PretrainedVit.fromWeights(weightReader(weightsOf(kind)), vitKinds[kind], HEADS);

  it.each(Object.keys(vitKinds) as VitKindName[])(
    'gives the features of a %s written out in loops',
    async (kind) => {
      const weights = weightsOf(kind);
      const vit = await open(kind);
      const pixels = seededTensor(3, 1, SIDE, SIDE, 3) as Tensor4D;
      const expected = plainVitFeatures(
        {
          ...traits[kind],
          weights: new Map([...weights].map(([name, { values }]) => [name, values])),
          width: WIDTH,
          layers: LAYERS,
          heads: HEADS,
          patchSize: PATCH,
        },
        (pixels.arraySync() as number[][][][])[0]!,
      );
      const features = vit.features(pixels);
      expect(features.shape).toEqual([1, expected.length, WIDTH]);
      expectClose(features, expected.flat(), FORWARD_TOLERANCE);
      vit.dispose();
    },
  );

  it('takes sizes from the weights, with heads of 64 channels', async () => {
    const weights = new Map([...weightsOf('mae')]);
    const vit = await PretrainedVit.fromWeights(weightReader(weights), vitKinds.mae, HEADS);
    expect(vit.size).toEqual({
      width: WIDTH,
      layers: LAYERS,
      heads: HEADS,
      mlpWidth: 64,
      patchSize: PATCH,
      numPositions: 10,
    });
    vit.dispose();
  });

  it('resizes a table of positions to the grid, and keeps a table that is the same everywhere', async () => {
    const weights = weightsOf('mae');
    const row = Array.from({ length: WIDTH }, (_, d) => d / 10);
    const flat = Float32Array.from(Array.from({ length: 10 }, () => row).flat());
    weights.set('pos_embed', { shape: [1, 10, WIDTH], values: flat });
    const vit = await PretrainedVit.fromWeights(weightReader(weights), vitKinds.mae, HEADS);
    const pixels = reshape(tensor(new Array<number>(20 * 20 * 3).fill(0.5)), [1, 20, 20, 3]) as Tensor4D;
    const [before] = vit.readOuts(pixels, [0]);
    expect(before!.shape).toEqual([1, 26, WIDTH]);
    const values = before!.dataSync();
    // Equal patches at equal positions.
    expectClose(values.subarray(25 * WIDTH), values.subarray(WIDTH, 2 * WIDTH), FORWARD_TOLERANCE);
    vit.dispose();
  });

  it('throws CheckpointError naming what a file lacks', async () => {
    const weights = weightsOf('dinov2');
    weights.delete('blocks.1.ls2.gamma');
    const opening = PretrainedVit.fromWeights(weightReader(weights), vitKinds.dinov2, HEADS);
    await expect(opening).rejects.toThrow(/missing blocks\.1\.ls2\.gamma/);
    weights.delete('patch_embed.proj.weight');
    const other = PretrainedVit.fromWeights(weightReader(weights), vitKinds.dinov2, HEADS);
    await expect(other).rejects.toThrow(CheckpointError);
  });

  it('leaves no tensors behind', async () => {
    const pixels = seededTensor(3, 1, SIDE, SIDE, 3) as Tensor4D;
    const left = await tensorsLeftBy(async () => {
      const vit = await open('dinov3');
      vit.features(pixels).dispose();
      vit.dispose();
    });
    expect(left).toBe(0);
  });
});
