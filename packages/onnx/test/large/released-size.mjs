// npm run test:large: the released sizes with random weights, as ONNX files and, for comparison, on backend-node. Needs
// the built packages, 6 GB of disk and about 4.5 GB of memory; prints times, peak memory and differences. Its bound
// on loading is for a machine that does nothing else.
//
//   node --test packages/onnx/test/large/released-size.mjs
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gigabytes, inProcessOfItsOwn } from './process-of-its-own.mjs';

/** What a run may need beyond its weights. */
const ALLOWANCE_BYTES = 1e9;
const LONGEST_LOAD_SECONDS = 5;
/** Pictures, and logits, differ by rounding only. */
const TOLERANCE = 1e-4;

for (const kind of ['tokenizer', 'generator']) {
  test(
    `the released ${kind} gives what backend-node gives, within its weights and 1 GB`,
    { timeout: 1_800_000 },
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'restok-onnx-released-'));
      try {
        const { seconds } = await inProcessOfItsOwn('./make-released.mjs', kind, folder);
        const exported = join(folder, 'onnx');
        const result = await inProcessOfItsOwn('./run-released.mjs', kind, exported);
        const expected = await inProcessOfItsOwn('./run-node-backend.mjs', kind, join(folder, 'model'));
        const weightBytes = await largestGraphBytes(exported);
        const times = Object.entries(result.seconds).map(([name, value]) => `${name} ${value.toFixed(2)} s`);
        const difference = largestDifference(result.values, expected.values);
        process.stdout.write(
          `${kind}: export ${seconds.toFixed(1)} s; ${times.join(', ')}; ` +
            `weights ${gigabytes(weightBytes)}, peak ${gigabytes(result.peakBytes)}; ` +
            `from backend-node at most ${difference.toExponential(1)} of ${result.spread.toPrecision(2)}\n`,
        );
        assert.ok(result.isFinite, 'every value is finite');
        assert.ok(result.spread > 0, 'values differ');
        assert.ok(result.seconds.load < LONGEST_LOAD_SECONDS, `loading took ${result.seconds.load} s`);
        assert.deepEqual([...result.indices], [...expected.indices]);
        assert.ok(new Set(result.indices).size > 1, 'indices differ');
        assert.ok(difference <= TOLERANCE, `values differ by ${difference}`);
        assert.ok(
          result.peakBytes <= weightBytes + ALLOWANCE_BYTES,
          `peak ${gigabytes(result.peakBytes)} is more than the weights and 1 GB`,
        );
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  );
}

function largestDifference(values, others) {
  assert.equal(values.length, others.length);
  return values.reduce((most, value, i) => Math.max(most, Math.abs(value - others[i])), 0);
}

async function largestGraphBytes(folder) {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.data'));
  const sizes = await Promise.all(files.map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
