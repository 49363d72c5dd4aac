// The built package under plain Node: no bundler, no alias.
import assert from 'node:assert/strict';
import { grad, memory, ones, sum, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { useNodeBackend } from '@restok/backend-node';
import { gelu, linear } from '@restok/ops';
import '@restok/ops/gradients';

// Whatever this machine offers, and the provider that every machine has.
for (const gemm of ['auto', 'wasm']) {
  const info = await useNodeBackend({ gemm, threads: 1 });
  assert.ok(info.reason.length > 0);

  const tensorsBefore = memory().numTensors;
  tidy(() => {
    // [1, 2] times [[3, 4], [5, 6]] transposed: [11, 17].
    const x = tensor2d([[1, 2]]);
    const weight = tensor2d([[3, 4], [5, 6]]); // prettier-ignore
    assert.deepEqual([...linear(x, weight).dataSync()], [11, 17]);
    assert.deepEqual([...grad((input) => sum(linear(input, weight)))(x).dataSync()], [8, 10]);

    // gelu(1) = Phi(1).
    assert.ok(Math.abs(gelu(ones([4])).dataSync()[0] - 0.841344746) < 1e-5);
  });
  assert.equal(memory().numTensors, tensorsBefore);
}
