import type { Tensor3D } from '@tensorflow/tfjs-core';
import { tensor3d } from '@tensorflow/tfjs-core';
import { Random } from '@restok/core';
import { ResTok } from '@restok/tokenizer';
import { tensorsLeftBy, testBackends, useTestBackend } from '@restok/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tinyTrainingConfig } from '../test/tiny-training';
import { codebookFromLatents, reviveCodes } from './codebook-from-latents';

describe.each(testBackends)('the codebook of 16 codes on %s', (backend) => {
  let tokenizer: ResTok;

  beforeEach(async () => {
    await useTestBackend(backend);
    tokenizer = new ResTok(tinyTrainingConfig().tokenizer, { seed: 1 });
  });

  afterEach(() => tokenizer.dispose());

  /** Latents that point along the axes, longer and longer: the quantiser compares directions. */
  const latents = (count: number): Tensor3D =>
    tensor3d(
      Array.from({ length: count * 4 * 4 }, (_, i) => {
        const [row, column] = [Math.floor(i / 4), i % 4];
        return column === row % 4 ? (row < 4 ? 1 : -1) * (row + 1) : 0;
      }),
      [count, 4, 4],
    );
  const rows = (): string[] => {
    const values = Array.from(tokenizer.quantizer.codebook.dataSync());
    return Array.from({ length: 16 }, (_, i) => values.slice(i * 4, i * 4 + 4).join());
  };
  const axes = ['1,0,0,0', '0,1,0,0', '0,0,1,0', '0,0,0,1', '-1,0,0,0', '0,-1,0,0', '0,0,-1,0', '0,0,0,-1'];
  const withoutSigns = (row: string): string => row.replaceAll('-0', '0');

  describe('codebookFromLatents', () => {
    it('makes every code a normalised latent, all as often when they are too few', async () => {
      await codebookFromLatents(tokenizer, [latents(2)], new Random(1));
      expect(rows().map(withoutSigns).sort()).toEqual([...axes, ...axes].sort());
    });

    it('draws by the seed', async () => {
      const draw = async (seed: number): Promise<string[]> => {
        await codebookFromLatents(tokenizer, [latents(2)], new Random(seed));
        return rows();
      };
      expect(await draw(1)).toEqual(await draw(1));
      expect(await draw(1)).not.toEqual(await draw(2));
    });

    it('keeps the number of tensors', async () => {
      const batch = latents(2);
      expect(await tensorsLeftBy(() => codebookFromLatents(tokenizer, [batch], new Random(1)))).toBe(0);
      batch.dispose();
    });
  });

  describe('reviveCodes', () => {
    it('replaces the unused codes by different latents and leaves the others', async () => {
      const before = rows();
      expect(await reviveCodes(tokenizer, latents(2), [3, 9], new Random(1))).toBe(2);
      const after = rows();
      expect([...before.keys()].filter((code) => before[code] !== after[code])).toEqual([3, 9]);
      const revived = [after[3]!, after[9]!].map(withoutSigns);
      expect(revived.every((row) => axes.includes(row))).toBe(true);
      expect(revived[0]).not.toBe(revived[1]);
    });

    it('replaces no more codes than there are latents', async () => {
      const before = rows();
      expect(await reviveCodes(tokenizer, latents(1), [1, 2, 3, 5, 8, 13], new Random(1))).toBe(4);
      const after = rows();
      expect([...before.keys()].filter((code) => before[code] !== after[code])).toEqual([1, 2, 3, 5]);
    });

    it('keeps the number of tensors', async () => {
      const batch = latents(1);
      expect(await tensorsLeftBy(() => reviveCodes(tokenizer, batch, [0], new Random(1)))).toBe(0);
      batch.dispose();
    });
  });
});
