// The built package under plain Node: no bundler, no alias.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { evaluationCrop, fromUnitRange, readCodes, readPicture, writeCodes, writePng } from '@restok/data';

const folder = await mkdtemp(join(tmpdir(), 'restok-data-'));
try {
  // Red on the left, blue on the right.
  const picture = fromUnitRange([1, 0, 0, 0, 0, 1], 2, 1);
  await writePng(join(folder, 'a.png'), picture);
  assert.deepEqual(await readPicture(join(folder, 'a.png')), picture);
  const { width, height } = evaluationCrop(picture, 1);
  assert.deepEqual({ width, height }, { width: 1, height: 1 });

  const codes = { names: ['a', 'b'], indices: Int32Array.of(1, 2, 3, 4), numLatents: 2 };
  await writeCodes(join(folder, 'codes.npz'), codes);
  assert.deepEqual(await readCodes(join(folder, 'codes.npz')), codes);
} finally {
  await rm(folder, { recursive: true });
}
