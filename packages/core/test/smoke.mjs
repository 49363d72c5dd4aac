// The built package under plain Node: no bundler, no alias.
import assert from 'node:assert/strict';
import { ConfigError, levelSchedule, parseTokenizerConfig, Random, ShapeError } from '@restok/core';

assert.deepEqual([...levelSchedule(128).levelSizes], [1, 1, 2, 4, 8, 16, 32, 64]);
assert.equal(new Random(7).uniform(), new Random(7).uniform());
assert.throws(() => parseTokenizerConfig({}), ConfigError);
assert.ok(new ShapeError('x') instanceof Error);
