// The built package under plain Node: no bundler, no alias. Dawn runs on the machine's GPU, or on the software GPU of
// Debian's chromium; where there is neither, this must say what to install.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { grad, memory, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { countDispatches, releaseWebGpuBackend, startUpTest, useWebGpuBackend } from '@restok/backend-webgpu';
import { linear } from '@restok/ops';

const softwareDriver = '/usr/lib/chromium/vk_swiftshader_icd.json';
if (existsSync(softwareDriver)) {
  process.env.VK_ICD_FILENAMES ??= softwareDriver;
}

const info = await useWebGpuBackend();
assert.equal(info.backend, 'restok-webgpu');
assert.ok(info.limits.maxTensorBytes >= 2 ** 27);
await startUpTest();

const tensorsBefore = memory().numTensors;
tidy(() => {
  // [1, 2] times [[3, 4], [5, 6]] transposed: [11, 17].
  const x = tensor2d([[1, 2]]);
  const weight = tensor2d([[3, 4], [5, 6]]); // prettier-ignore
  assert.deepEqual([...linear(x, weight).dataSync()], [11, 17]);
  assert.deepEqual([...grad((input) => linear(input, weight))(x, tensor2d([[1, 1]])).dataSync()], [8, 10]);
});
assert.equal(memory().numTensors, tensorsBefore);

const dispatches = await countDispatches(() => tidy(() => void linear(tensor2d([[1]]), tensor2d([[2]]))));
assert.equal(dispatches, 1);
releaseWebGpuBackend();
