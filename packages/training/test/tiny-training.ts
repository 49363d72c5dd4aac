import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { overrideConfig } from '@restok/core';
import type { PictureDataset } from '@restok/data';
import { tinyTraining } from '@restok/testing';
import { afterAll, beforeAll } from 'vitest';
import { parseTokenizerTrainingConfig } from '../src';
import type { TokenizerTrainingConfig } from '../src';

/** A training of a model of 8 x 8 pictures and 4 latents: a step takes some milliseconds. */
const base = overrideConfig(tinyTraining({ drop_prob: 0.5 }), ['training.initialization=variancePreserving']);

/** The checked config with some values set, as on a command line. */
export function tinyTrainingConfig(...overrides: string[]): TokenizerTrainingConfig {
  return parseTokenizerTrainingConfig(overrideConfig(base, overrides));
}

/** Pictures of `size` x `size`, each a ramp of its own slope and phase. */
export function rampDataset(count = 6, size = 8): PictureDataset {
  const picture = (index: number): number[] =>
    Array.from({ length: size * size * 3 }, (_, i) => ((i * (index + 1)) % 97) / 96);
  return {
    size,
    count,
    classNames: ['ramp'],
    label: () => 0,
    name: String,
    read: (indices) => Promise.resolve(Float32Array.from(Array.from(indices).flatMap(picture))),
  };
}

/** A temporary folder for the tests of one file. */
export function temporaryFolder(): (...names: string[]) => string {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'restok-training-test-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return (...names) => join(folder, ...names);
}
