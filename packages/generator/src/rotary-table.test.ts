import { memory } from '@tensorflow/tfjs-core';
import { expectClose, openFixture, useTestBackend } from '@restok/testing';
import { describe, expect, it } from 'vitest';
import { rotationAngles, RotaryTable } from './rotary-table';

/** Cosines of different libraries round differently, by one unit in the last place of single precision. */
const TABLE_TOLERANCE = 2e-7;

describe('rotationAngles', () => {
  it.each([
    ['freqs1d.0', 128, 16, 10000],
    ['freqs1d.1', 136, 64, 10000],
    ['freqs1d.2', 17, 8, 500],
  ])('gives the reference table %s of %i positions and heads %i wide', (name, positions, headWidth, base) => {
    const { values } = openFixture('rope-and-masks').tensors('io').get(name)!;
    const { cos, sin } = rotationAngles(positions, headWidth, base);
    const stored = (offset: number): Float32Array =>
      Float32Array.from({ length: values.length / 2 }, (_, i) => values[2 * i + offset]!);
    expectClose(cos, stored(0), TABLE_TOLERANCE, 'cosines');
    expectClose(sin, stored(1), TABLE_TOLERANCE, 'sines');
  });
});

describe('RotaryTable', () => {
  it('gives the rows of neighbouring positions', async () => {
    await useTestBackend('cpu');
    const before = memory().numTensors;
    const table = new RotaryTable(4, 2, 10000);
    const { cos, sin } = table.part(2, 2);
    expectClose(cos, [Math.cos(2), Math.cos(3)], TABLE_TOLERANCE);
    expectClose(sin, [Math.sin(2), Math.sin(3)], TABLE_TOLERANCE);
    cos.dispose();
    sin.dispose();
    table.dispose();
    expect(memory().numTensors).toBe(before);
  });
});
