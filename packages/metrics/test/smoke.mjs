// The built package under plain Node: no bundler, no alias.
import assert from 'node:assert/strict';
import { codebookEntropy, codebookUsage, psnr } from '@restok/metrics';

const original = new Float64Array(12).fill(0.5);
const copy = original.map((sample) => sample + 0.1);
assert.ok(Math.abs(psnr(original, copy) - 20) < 1e-6);
assert.equal(codebookUsage([0, 0, 1, 2], 4), 0.75);
assert.ok(Math.abs(codebookEntropy([0, 0, 1, 2], 4) - 1.5) < 1e-6);
