// npm run test:large: the released sizes with random weights, as ONNX files. Needs the built packages, 5 GB of disk and
// about 4.5 GB of memory; prints times and peak memory.
//
//   node --test packages/onnx/test/large/released-size.mjs
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

/** What a run may need beyond its weights. */
const ALLOWANCE_BYTES = 1e9;

for (const kind of ['tokenizer', 'generator']) {
  test(`the released ${kind} runs within its weights and 1 GB`, { timeout: 1_800_000 }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'restok-onnx-released-'));
    try {
      const { seconds } = await inProcessOfItsOwn('./make-released.mjs', kind, folder);
      const result = await inProcessOfItsOwn('./run-released.mjs', kind, folder);
      const weightBytes = await largestGraphBytes(folder);
      const times = Object.entries(result.seconds).map(([name, value]) => `${name} ${value.toFixed(2)} s`);
      process.stdout.write(
        `${kind}: export ${seconds.toFixed(1)} s; ${times.join(', ')}; ` +
          `weights ${gigabytes(weightBytes)}, peak ${gigabytes(result.peakBytes)}\n`,
      );
      assert.ok(result.isFinite, 'every value is finite');
      assert.ok(result.spread > 0, 'values differ');
      assert.ok(
        result.peakBytes <= weightBytes + ALLOWANCE_BYTES,
        `peak ${gigabytes(result.peakBytes)} is more than the weights and 1 GB`,
      );
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}

/** Peak memory is a property of a process, so the measured work has one to itself. */
async function inProcessOfItsOwn(script, ...argv) {
  const child = fork(fileURLToPath(new URL(script, import.meta.url)), argv);
  const [result] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => assert.fail(`the process ended with code ${code}`)),
  ]);
  return result;
}

async function largestGraphBytes(folder) {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.data'));
  const sizes = await Promise.all(files.map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

function gigabytes(bytes) {
  return `${(bytes / 1e9).toFixed(2)} GB`;
}
