// The built package under plain Node, where tfjs-core is its CommonJS bundle, which registers no gradients.
import assert from 'node:assert/strict';
import '@tensorflow/tfjs-backend-cpu';
import {
  conv2d,
  engine,
  getGradient,
  grad,
  mul,
  setBackend,
  sum,
  tensor1d,
  tensor2d,
  tensor4d,
  valueAndGrads,
} from '@tensorflow/tfjs-core';

await setBackend('cpu');
const engineBefore = engine();
assert.equal(getGradient('Multiply'), undefined, 'plain Node has no gradients to begin with');

const { gelu, linear } = await import('@restok/ops');
await import('@restok/ops/gradients');

// One engine: the bundled gradients use the registry and the operations of this tfjs-core.
assert.equal(engine(), engineBefore);
for (const kernel of ['Multiply', 'BatchMatMul', 'Conv2D', 'Softmax', 'GatherV2', 'Mean', 'Transpose']) {
  assert.equal(typeof getGradient(kernel)?.gradFunc, 'function', `${kernel} has no gradient`);
}

// d/dx sum(x * x) = 2 x.
assert.deepEqual([...grad((x) => sum(mul(x, x)))(tensor1d([1, 2, 3])).dataSync()], [2, 4, 6]);

// y = x W^T + b with W = [[3, 4]]: dy/dx = W, dy/dW = x, dy/db = 1.
const { value, grads } = valueAndGrads((x, weight, bias) => sum(linear(x, weight, bias)))([
  tensor2d([[1, 2]]),
  tensor2d([[3, 4]]),
  tensor1d([5]),
]);
assert.equal(value.dataSync()[0], 16);
assert.deepEqual(
  grads.map((gradient) => [...gradient.dataSync()]),
  [[3, 4], [1, 2], [1]],
);

// A gradient with kernels of its own (Conv2DBackpropInput): a 1x1 filter of 2 doubles the gradient.
const pixels = tensor4d([1, 2, 3, 4], [1, 2, 2, 1]);
const doubled = grad((x) => sum(conv2d(x, tensor4d([2], [1, 1, 1, 1]), 1, 'valid')))(pixels);
assert.deepEqual([...doubled.dataSync()], [2, 2, 2, 2]);

// gelu'(0) = Phi(0) = 1/2.
assert.ok(Math.abs(grad((x) => sum(gelu(x)))(tensor1d([0])).dataSync()[0] - 0.5) < 1e-6);
