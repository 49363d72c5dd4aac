import type { Tensor, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { keep, memory, tensor2d, tensor4d, tidy, transpose } from '@tensorflow/tfjs-core';
import {
  expectClose,
  fixtureNames,
  FORWARD_TOLERANCE,
  inScope,
  isSampled,
  openFixture,
  sampledTokenizers,
  testBackends,
  tokenizerConfigOf,
  useTestBackend,
} from '@restok/testing';
import type { Fixture, FixtureTensor, TestBackend } from '@restok/testing';
import type { Observer } from '@restok/vit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sumOfScales } from './sum-of-scales';
import { ResTok } from './restok';

/** Copies every stage it sees. */
class Recorder implements Observer {
  readonly attention = true;
  readonly stages = new Map<string, Tensor>();

  stage(name: string, value: Tensor): void {
    this.record(name, value.clone());
  }

  record(name: string, value: Tensor): void {
    this.stages.get(name)?.dispose();
    this.stages.set(name, keep(value));
  }

  dispose(): void {
    this.stages.forEach((value) => value.dispose());
  }
}

/** Runs everything that a tokenizer fixture stores; stages carry the fixture's names. */
async function runFixture(tokenizer: ResTok, io: ReadonlyMap<string, FixtureTensor>): Promise<Recorder> {
  const recorder = new Recorder();
  await inScope(async () => {
    const pixels = picture(io.get('image')!);
    const { latents, imageTokens } = tokenizer.encodeLatents(pixels, recorder);
    const { codes, indices, ...losses } = tokenizer.quantizer.quantize(latents);
    recorder.stage('quantize.z_quantized', codes);
    recorder.stage('quantize.indices', indices);
    recorder.stage('quantize.quantizer_loss', losses.quantizerLoss);
    recorder.stage('quantize.commitment_loss', losses.commitmentLoss);
    recorder.stage('quantize.codebook_loss', losses.codebookLoss);
    recorder.stage('quantize.entropy_loss', losses.entropyLoss);
    recorder.stage('quantize.distances', tokenizer.quantizer.distances(latents));
    recorder.stage('encoder.first_image_tokens', imageTokens.at(-1)!);
    recorder.stage('encoder.last_image_tokens', imageTokens[0]!);
    recorder.stage('encoder.first_image_tokens_sum', sumOfScales(imageTokens));
    recorder.stage('reconstruction', tokenizer.decode(codes, { observer: recorder }));
    if (io.has('decode_tokens.out')) {
      await indices.data();
      recorder.stage('decode_tokens.out', tokenizer.decodeIndices(indices));
    }
    for (const name of io.keys()) {
      const kept = /^reconstruction\.keep_(\d+)$/.exec(name);
      if (kept !== null) {
        recorder.stage(name, tokenizer.decode(codes, { numKept: Number(kept[1]) }));
      }
    }
    const keepList = io.get('keep_list');
    if (keepList !== undefined) {
      recorder.stage('reconstruction.keep_list', tokenizer.decode(codes, { numKept: [...keepList.values] }));
    }
  });
  return recorder;
}

function picture(stored: FixtureTensor): Tensor4D {
  return tidy(() => {
    const shape = stored.shape as [number, number, number, number];
    return transpose(tensor4d(stored.values, shape), [0, 2, 3, 1]);
  });
}

/** Fixture names that differ from ours: attention layers are stored as first and last. */
function stageOf(name: string, recorder: Recorder): Tensor | undefined {
  const attention = /^(encoder|decoder)\.attn\.(first|last)$/.exec(name);
  if (attention !== null) {
    const layers = [...recorder.stages.keys()].filter((stage) => stage.startsWith(`${attention[1]}.attn.`));
    return recorder.stages.get(layers.at(attention[2] === 'first' ? 0 : -1)!);
  }
  return recorder.stages.get(name);
}

/** Values in the fixture's order: channels before positions, and only as many samples as it stores. */
async function inPublishedOrder(
  value: Tensor,
  name: string,
  { values }: FixtureTensor,
): Promise<Float32Array> {
  const sequence = /ln_pre|ln_post|blocks|image_tokens\.\d|initial_latents|attn|indices|loss/.test(name);
  const moved = sequence
    ? value
    : value.rank === 4
      ? transpose(value as Tensor4D, [0, 3, 1, 2])
      : transpose(value as Tensor3D, [0, 2, 1]);
  const all = await moved.data();
  if (moved !== value) {
    moved.dispose();
  }
  return Float32Array.from(all.subarray(0, values.length));
}

/** Inputs and facts of a fixture that are not outputs to compare. */
const NOT_OUTPUTS = new Set(['image', 'keep_list', 'decode_tokens.out_max_abs_diff_from_reconstruction']);

async function compareAll(fixture: Fixture, recorder: Recorder): Promise<number> {
  const outputs = [...fixture.tensors('io')].filter(([name]) => !NOT_OUTPUTS.has(name));
  const compared = outputs.map(async ([name, stored]) => {
    const value = stageOf(name, recorder);
    expect(value, `stage ${name}`).toBeDefined();
    const actual = await inPublishedOrder(value!, name, stored);
    if (name === 'quantize.indices') {
      expect([...actual]).toEqual([...stored.values]);
    } else {
      expectClose(actual, stored.values, FORWARD_TOLERANCE, name);
    }
  });
  await Promise.all(compared);
  return compared.length;
}

const fixturesOn = (backend: TestBackend): string[] =>
  fixtureNames('tokenizer-').filter((name) => !isSampled(backend) || sampledTokenizers.includes(name));

describe.each(testBackends)('tokenizer parity on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  describe.each(fixturesOn(backend))('%s', (name) => {
    const fixture = openFixture(name);
    let tokenizer: ResTok;

    beforeAll(async () => {
      tokenizer = await ResTok.fromWeights(tokenizerConfigOf(fixture.config), fixture.weights());
    });
    afterAll(() => tokenizer.dispose());

    it('gives the reference numbers at every stored stage, and equal indices', async () => {
      const recorder = await runFixture(tokenizer, fixture.tensors('io'));
      try {
        expect(await compareAll(fixture, recorder)).toBeGreaterThan(10);
      } finally {
        recorder.dispose();
      }
    });
  });
});

describe.each(testBackends.filter((backend) => !isSampled(backend)))('memory on %s', (backend) => {
  it('is as before after every public call', async () => {
    await useTestBackend(backend);
    // The fixture without a pixel encoder is the quickest.
    const fixture = openFixture('tokenizer-no-vae-encoder');
    const before = memory().numTensors;
    const tokenizer = await ResTok.fromWeights(tokenizerConfigOf(fixture.config), fixture.weights());
    const pixels = picture(fixture.tensors('io').get('image')!);
    const between = memory().numTensors;
    const first = tokenizer.encode(pixels);
    await first.indices.data();
    tokenizer.decodeIndices(first.indices).dispose();
    expect(memory().numTensors).toBe(between + 2);
    const { indices, codes } = tokenizer.encode(pixels);
    await indices.data();
    tokenizer.decodeIndices(indices, { numKept: 4 }).dispose();
    [indices, codes, first.indices, first.codes].forEach((value) => value.dispose());
    expect(memory().numTensors).toBe(between);
    pixels.dispose();
    tokenizer.dispose();
    expect(memory().numTensors).toBe(before);
  });
});

describe('indices', () => {
  it('are refused outside the codebook', async () => {
    await useTestBackend('cpu');
    const fixture = openFixture('tokenizer-entropy');
    const tokenizer = await ResTok.fromWeights(tokenizerConfigOf(fixture.config), fixture.weights());
    const indices = tensor2d([...new Array<number>(63).fill(0), 64], [1, 64], 'int32');
    expect(() => tokenizer.decodeIndices(indices)).toThrow(/must be in 0 ... 63, got 64 at position 63/);
    indices.dispose();
    tokenizer.dispose();
  });
});
