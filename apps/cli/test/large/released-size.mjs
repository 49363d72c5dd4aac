// npm run test:large: the released size with random weights, from a model folder to a picture and back.
// Needs the built packages, 3 GB of disk and about 4.5 GB of memory; prints time and peak memory.
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Random } from '@restok/core';
import { saveModel } from '@restok/hub/node';

const NAMES = new URL('../../../../packages/testing/fixtures/released-names.json', import.meta.url);
/** What a run may need beyond its weights. */
const ALLOWANCE_BYTES = 1.5e9;
const NUM_DRAWS = 2 ** 20;
const DEVIATION = 0.02;

test('the released tokenizer fits its weights and 1.5 GB', { timeout: 1_200_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'restok-released-'));
  try {
    const shapes = JSON.parse(await readFile(NAMES, 'utf8'))['tokenizer restok_l_128'];
    await saveModel(folder, { config: releasedConfig(), tensors: randomTensors(shapes) });
    const { size: weightBytes } = await stat(join(folder, 'model.safetensors'));
    const result = await runInProcessOfItsOwn(folder);
    const seconds = (name) => `${name} ${result.seconds[name].toFixed(2)} s`;
    process.stdout.write(
      `${result.backend}: ${['load', 'encode', 'decode'].map(seconds).join(', ')}; ` +
        `weights ${gigabytes(weightBytes)}, peak ${gigabytes(result.peakBytes)}\n`,
    );
    assert.equal(
      result.numParameters,
      Object.values(shapes).reduce((sum, shape) => sum + sizeOf(shape), 0),
    );
    assert.equal(result.indices.length, 128);
    assert.ok(result.indices.every((index) => Number.isInteger(index) && index >= 0 && index < 8192));
    assert.ok(result.finite, 'every value of the picture is finite');
    assert.ok(result.spread > 0, 'the picture is not one colour');
    assert.equal(result.tensorsLeft, 0);
    assert.ok(
      result.peakBytes <= weightBytes + ALLOWANCE_BYTES,
      `peak ${gigabytes(result.peakBytes)} is more than the weights and 1.5 GB`,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

/** The published model: what a config leaves out has the published value. */
function releasedConfig() {
  return { model: { vq_model: {} }, dataset: { preprocessing: { crop_size: 256 } } };
}

/** Weights from a pool of draws: gains near 1, everything else near 0, as after initialisation. */
function randomTensors(shapes) {
  const random = new Random(1);
  const pool = Float32Array.from({ length: NUM_DRAWS }, () => random.normal() * DEVIATION);
  return Object.entries(shapes).map(([name, shape]) => ({
    name,
    shape,
    values: () => {
      const isGain = /(norm\d?|norm_out|ln_pre|ln_post)\.weight$|gamma_\d$/.test(name);
      const values = new Float32Array(sizeOf(shape));
      for (let start = 0; start < values.length; start += NUM_DRAWS) {
        values.set(pool.subarray(0, Math.min(NUM_DRAWS, values.length - start)), start);
      }
      return Promise.resolve(isGain ? values.map((value) => 1 + value) : values);
    },
  }));
}

/** Peak memory is a property of a process, so the measured work has one to itself. */
async function runInProcessOfItsOwn(folder) {
  const child = fork(fileURLToPath(new URL('./encode-and-decode.mjs', import.meta.url)), [folder]);
  const [result] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => assert.fail(`the measured process ended with code ${code}`)),
  ]);
  return result;
}

function sizeOf(shape) {
  return shape.reduce((product, side) => product * side, 1);
}

function gigabytes(bytes) {
  return `${(bytes / 1e9).toFixed(2)} GB`;
}
