// npm run test:large: one file of weights of more than 2 GB, beyond what 32 bits and a protobuf message hold. Needs the
// built packages, 2.5 GB of disk and about 3 GB of memory; prints times and peak memory.
//
//   node --test packages/onnx/test/large/weights-over-2gb.mjs
import assert from 'node:assert/strict';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gigabytes, inProcessOfItsOwn } from './process-of-its-own.mjs';

/** What a protobuf message, and a whole number of 32 bits with a sign, can hold. */
const TWO_GIGABYTES = 2 ** 31;
/** Writing keeps one tensor at a time, with what it was made of and what the process itself needs. */
const WRITING_BYTES = 0.5e9;
/** What a run may need beyond its weights. */
const ALLOWANCE_BYTES = 1e9;

test('weights beyond 2 GB are streamed to a file and found in it again', { timeout: 1_800_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'restok-onnx-over-2gb-'));
  try {
    const path = join(folder, 'chain.onnx');
    const made = await inProcessOfItsOwn('./make-chain.mjs', path);
    const { size: weightBytes } = await stat(`${path}.data`);
    const result = await inProcessOfItsOwn('./run-chain.mjs', path);
    process.stdout.write(
      `weights ${gigabytes(weightBytes)}: save ${made.seconds.toFixed(1)} s, peak ${gigabytes(made.peakBytes)}; ` +
        `load ${result.seconds.toFixed(1)} s, peak ${gigabytes(result.peakBytes)}\n`,
    );
    assert.ok(weightBytes > TWO_GIGABYTES);
    assert.ok(made.peakBytes <= WRITING_BYTES, `writing took ${gigabytes(made.peakBytes)}`);
    assert.ok(
      result.peakBytes <= weightBytes + ALLOWANCE_BYTES,
      `peak ${gigabytes(result.peakBytes)} is more than the weights and 1 GB`,
    );
    assert.deepEqual(result.values, made.expected);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
