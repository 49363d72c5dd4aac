// The built package under plain Node: no bundler, no alias.
import assert from 'node:assert/strict';
import { codebookEntropy, codebookUsage, featureStatistics, frechetDistance, psnr } from '@restok/metrics';
import { inceptionTensors } from '@restok/metrics/inception';

const original = new Float64Array(12).fill(0.5);
const copy = original.map((sample) => sample + 0.1);
assert.ok(Math.abs(psnr(original, copy) - 20) < 1e-6);
assert.equal(codebookUsage([0, 0, 1, 2], 4), 0.75);
assert.ok(Math.abs(codebookEntropy([0, 0, 1, 2], 4) - 1.5) < 1e-6);

// Means 1 and 4, variances 2 and 8: 3² + (√8 - √2)².
const distance = frechetDistance(featureStatistics([0, 2], 1), featureStatistics([2, 6], 1));
assert.ok(Math.abs(distance - 11) < 1e-9);
assert.equal(inceptionTensors('torchvision').size, 94 * 5 + 1);
