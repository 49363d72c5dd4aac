import { readFile } from 'node:fs/promises';
import { tidy } from '@tensorflow/tfjs-core';
import { fixtureNames, openFixture, testBackends, useTestBackend } from '@restok/testing';
import type { Fixture } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { lpipsOf } from '../src/perceptual/open-lpips';
import { jitterPictures } from '../src/perceptual/perceptual-jitter';
import { storedPictures, weightsBelow } from './loss-fixture';

/** The reference works in single precision, as we do. */
const SINGLE_PRECISION = 1e-6;

/** Steps that hold the networks of LPIPS, by the file they are in. */
const cases = ['perceptual', 'loss_module'].flatMap((file) =>
  fixtureNames('loss-generator-step', file).map((name) => ({ name, file })),
);

/** LPIPS of a step's pictures and their reconstructions, jittered as recorded: ours and the reference's. */
async function lpipsOfStep(fixture: Fixture, file: string): Promise<{ ours: number; reference: number }> {
  const io = fixture.tensors('io');
  const [top, bottom, left, right] = io.get('lpips_draws')!.values as Int32Array;
  const jitter = { top: top!, bottom: bottom!, left: left!, right: right! };
  const lpips = await lpipsOf(weightsBelow(fixture.tensors(file), 'perceptual_loss.'));
  const distances = tidy(() => {
    const [pixels, reconstruction] = ['image', 'reconstruction'].map((name) =>
      lpips.features(jitterPictures(storedPictures(io.get(name)!), jitter)),
    );
    return Array.from(lpips.distances(reconstruction!, pixels!).dataSync());
  });
  lpips.dispose();
  const ours = distances.reduce((sum, distance) => sum + distance, 0) / distances.length;
  return { ours, reference: io.get('loss.perceptual_loss')!.values[0]! };
}

/** What the table of the README says, in single spaces. */
function tableRow({ ours, reference }: { ours: number; reference: number }): string {
  const difference = Math.abs(ours / reference - 1);
  const shown = difference < 1e-12 ? 'none' : difference.toExponential(0);
  return `| LPIPS, jittered as in training | ${ours.toFixed(7)} | ${reference.toFixed(7)} | ${shown} |`;
}

describe.each(testBackends)('LPIPS on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it.each(cases)('is that of the step $name, weights in $file', async ({ name, file }) => {
    const { ours, reference } = await lpipsOfStep(openFixture(name), file);
    expect(Math.abs(ours / reference - 1), `${ours} against ${reference}`).toBeLessThan(SINGLE_PRECISION);
  });
});

describe('the README of the repository', () => {
  it('has the LPIPS that is computed, beside that of the reference', async () => {
    await useTestBackend('cpu');
    const row = tableRow(await lpipsOfStep(openFixture('loss-generator-step'), 'perceptual'));
    const readme = await readFile(new URL('../../../README.md', import.meta.url), 'utf8');
    expect(readme.split('\n').map((line) => line.replaceAll(/\s+/g, ' '))).toContain(row);
  });
});
