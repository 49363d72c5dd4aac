// The built program under plain Node: a model from nothing, a picture to indices and back, and a line for a mistake.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fromUnitRange, readCodes, readPicture, writePng } from '@restok/data';
import { saveModel } from '@restok/hub/node';
import { ResTok } from '@restok/tokenizer';
import { tinyTokenizer } from '../../../packages/testing/dist/tiny-configs.js';
import '@tensorflow/tfjs-backend-cpu';
import { enableProdMode, setBackend } from '@tensorflow/tfjs-core';

const program = fileURLToPath(new URL('../dist/restok.js', import.meta.url));
const run = (...args) => spawnSync(process.execPath, [program, ...args], { encoding: 'utf8' });
const succeed = (...args) => {
  const { status, stdout, stderr } = run(...args, '--json');
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
};

const config = tinyTokenizer();
const folder = await mkdtemp(join(tmpdir(), 'restok-smoke-'));
try {
  enableProdMode();
  await setBackend('cpu');
  const model = join(folder, 'model');
  const parameters = [...new ResTok(config, { seed: 1 }).namedParameters()];
  await saveModel(model, {
    config,
    tensors: parameters.map(([name, parameter]) => ({
      name,
      shape: parameter.publishedShape,
      values: () => parameter.published(),
    })),
  });
  const picture = join(folder, 'a.png');
  await writePng(picture, fromUnitRange(Array(20 * 16 * 3).fill(0.5), 20, 16));

  assert.deepEqual(succeed('info', model).levelSizes, [1, 1, 2]);
  const [reconstructed] = succeed(
    ...['reconstruct', picture, '--keep', '1', '--model', model, '--out', join(folder, 'out')],
  ).pictures;
  assert.equal(reconstructed.file, picture);
  assert.ok(Number.isFinite(reconstructed.psnr) && Number.isFinite(reconstructed.kept['1']));

  const codes = join(folder, 'codes.npz');
  succeed('encode', picture, '--model', model, '--out', codes);
  assert.equal((await readCodes(codes)).indices.length, 4);
  succeed('decode', codes, '--model', model, '--out', join(folder, 'decoded'));
  assert.deepEqual(
    await readPicture(join(folder, 'decoded/a.png')),
    await readPicture(join(folder, 'out/a.png')),
  );

  const missing = run(
    'reconstruct',
    join(folder, 'none.png'),
    '--model',
    model,
    '--out',
    join(folder, 'none'),
  );
  assert.equal(missing.status, 1);
  assert.equal(missing.stdout, '');
  assert.match(missing.stderr, /^[^\n]*none\.png does not exist[^\n]*\n$/);
  assert.equal(run('encode', '--fast').status, 2);
} finally {
  await rm(folder, { recursive: true });
}
