// The built package under plain Node: no bundler, no alias.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openModel } from '@restok/hub';
import { saveModel } from '@restok/hub/node';

const folder = await mkdtemp(join(tmpdir(), 'restok-hub-'));
try {
  const values = Float32Array.of(1, -2, 0.5);
  await saveModel(folder, {
    config: { name: 'small' },
    tensors: [{ name: 'layer.weight', shape: [1, 3], values: () => values }],
  });
  const model = await openModel(folder);
  assert.deepEqual(model.config, { name: 'small' });
  assert.deepEqual([...model.weights.entries], [['layer.weight', { dtype: 'F32', shape: [1, 3] }]]);
  assert.deepEqual(await model.weights.read('layer.weight'), values);
  await model.close();
} finally {
  await rm(folder, { recursive: true });
}
