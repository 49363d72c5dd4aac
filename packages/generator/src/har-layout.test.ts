import { openFixture } from '@restok/testing';
import { describe, expect, it } from 'vitest';
import { harLayout } from './har-layout';
import type { InputSource } from './sequence-layout';

/** c for the class, t and a number for a latent, s and a number for a special token, counted from 0. */
const written = (inputs: readonly InputSource[]): string =>
  inputs
    .map((input) => (input.kind === 'class' ? 'c' : `${input.kind === 'latent' ? 't' : 's'}${input.index}`))
    .join(' ');

describe('harLayout', () => {
  it('has the class, the first latents, then specials, then each level followed by specials', () => {
    expect(written(harLayout(16, 2).inputs)).toBe('c t0 t1 s0 t2 t3 s1 s2 t4 t5 t6 t7 s3 s4 s5 s6');
    expect(written(harLayout(8, 4).inputs)).toBe('c t0 t1 t2 t3 s0 s1 s2');
    expect(written(harLayout(8, 1).inputs)).toBe('c t0 t1 s0 t2 t3 s1 s2');
  });

  it.each([
    [128, 4, [1, 1, 1, 1, 4, 8, 16, 32, 64]],
    [64, 1, [1, 1, 2, 4, 8, 16, 32]],
    [64, 8, [1, 1, 1, 1, 1, 1, 1, 1, 8, 16, 32]],
    [32, 1, [1, 1, 2, 4, 8, 16]],
  ])('cuts %i latents of which %i come one by one into passes of %j', (numLatents, arTokenNum, sizes) => {
    const { passes, inputs } = harLayout(numLatents, arTokenNum);
    expect(passes.map(({ size }) => size)).toEqual(sizes);
    expect(inputs).toHaveLength(numLatents);
  });

  it.each([
    [128, 4],
    [128, 1],
    [64, 8],
  ])(
    'feeds pass after pass of %i latents with what is known by then (%i one by one)',
    (numLatents, arTokenNum) => {
      const { passes, inputs } = harLayout(numLatents, arTokenNum);
      for (const { position, size } of passes) {
        for (const input of inputs.slice(position, position + size)) {
          expect(input.kind !== 'latent' || input.index < position).toBe(true);
        }
      }
    },
  );

  it.each(['har.bs128.ar4', 'har.bs64.ar4', 'har.bs128.ar1', 'har.bs64.ar1'])(
    'has the reference mask %s',
    (name) => {
      const mask = openFixture('rope-and-masks').tensors('io').get(`${name}.group_mask`)!;
      const [numLatents, arTokenNum] = name.match(/\d+/g)!.map(Number) as [number, number];
      const { visibleKeys } = harLayout(numLatents, arTokenNum);
      const rows = visibleKeys.flatMap((visible) =>
        Array.from({ length: numLatents }, (_, key) => Number(key < visible)),
      );
      expect(rows).toEqual([...mask.values]);
    },
  );
});
