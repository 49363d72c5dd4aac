import { writeFile } from 'node:fs/promises';
import { CheckpointError } from '@restok/core';
import { encodeSafetensors } from '@restok/hub';
import { weightReader, useTestBackend } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/tiny-training';
import { Lpips } from './lpips';
import { lpipsOf, openLpips } from './open-lpips';

type Stored = { shape: readonly number[]; values: Float32Array };

describe('openLpips', () => {
  const at = temporaryFolder();
  const stored = new Map<string, Stored>();

  beforeAll(async () => {
    await useTestBackend('cpu');
    const lpips = new Lpips([2, 2, 3, 4, 5]);
    lpips.initialize(1, 'variancePreserving');
    for (const [name, parameter] of lpips.namedParameters()) {
      stored.set(name, { shape: parameter.publishedShape, values: await parameter.published() });
    }
    lpips.dispose();
  });

  async function write(name: string, tensors: ReadonlyMap<string, Stored>): Promise<string> {
    const list = [...tensors].map(([tensor, { shape, values }]) => ({
      name: tensor,
      shape,
      values: () => Promise.resolve(values),
    }));
    await writeFile(at(name), await encodeSafetensors(list));
    return at(name);
  }

  const renamed = (rename: (name: string) => string, keep = /./): Map<string, Stored> =>
    new Map([...stored].filter(([name]) => keep.test(name)).map(([name, tensor]) => [rename(name), tensor]));

  async function expectSame(lpips: Lpips): Promise<void> {
    for (const [name, parameter] of lpips.namedParameters()) {
      expect(await parameter.published(), name).toEqual(stored.get(name)!.values);
    }
    lpips.dispose();
  }

  it('reads one file under any prefix, and takes the channels from it', async () => {
    const file = await write(
      'module.safetensors',
      renamed((name) => `perceptual_loss.lpips.${name}`),
    );
    await expectSame(await openLpips([file]));
  });

  it("reads torchvision's VGG16, its classifier left aside, and the linear weights from a second file", async () => {
    const vgg = renamed((name) => name.replace(/net\.slice\d/, 'features'), /^net/);
    vgg.set('classifier.0.weight', { shape: [1], values: Float32Array.of(1) });
    vgg.set('features.30.weight', { shape: [1], values: Float32Array.of(1) });
    const files = [
      await write('vgg.safetensors', vgg),
      await write(
        'lin.safetensors',
        renamed((name) => name, /^lin/),
      ),
    ];
    await expectSame(await openLpips(files));
  });

  it('throws CheckpointError in one line for what is missing', async () => {
    const file = await write(
      'part.safetensors',
      renamed((name) => name, /^net/),
    );
    await expect(openLpips([file])).rejects.toThrow(/missing lin0\.model\.1\.weight/);
    await expect(openLpips([at('nowhere.safetensors')])).rejects.toThrow(CheckpointError);
  });

  it('throws CheckpointError when two tensors stand for one', async () => {
    const twice = new Map([...stored, ...renamed((name) => `other.${name}`)]);
    await expect(lpipsOf(weightReader(twice))).rejects.toThrow(/both stand for/);
  });
});
