import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeSafetensors } from '@restok/hub/node';
import type { Module } from '@restok/ops';
import { Lpips, PretrainedVit, vitKinds, writeStoredFeatures } from '@restok/training';
import { useTestBackend } from '@restok/testing';

/** Files in the place of those that losses look through: small networks, drawn from a seed. */
export interface StandInNetworks {
  /** A VGG16 of 2 to 4 channels with the linear weights of LPIPS. */
  readonly lpips: string;
  /** A DINO ViT of two blocks of one head, on 16 patches of a picture of 224 pixels. */
  readonly dino: string;
  /** A DINOv3 ViT of the same blocks, on 16 patches of a picture of 16 pixels. */
  readonly dinov3: string;
  /** A folder of features: one class feature and the patches of the tokenizer for each picture. */
  readonly features: string;
}

const PATCHES = 16;
const FEATURE_WIDTH = 4;

/** Writes the files into a folder that exists. */
export async function writeStandInNetworks(folder: string, numPictures: number): Promise<StandInNetworks> {
  await useTestBackend('cpu');
  const features = join(folder, 'features');
  await mkdir(features);
  for (let picture = 0; picture < numPictures; picture++) {
    const length = (1 + PATCHES) * FEATURE_WIDTH;
    const values = Float32Array.from({ length }, (_, i) => Math.sin(i + picture));
    await writeStoredFeatures(features, picture, { values, width: FEATURE_WIDTH });
  }
  const blocks = { width: 64, layers: 2, heads: 1, mlpWidth: 64, numPositions: PATCHES + 1 };
  const vit = (kind: 'dino' | 'dinov3', patchSize: number): Promise<string> =>
    writeNetwork(
      join(folder, `${kind}.safetensors`),
      new PretrainedVit({ ...blocks, patchSize }, vitKinds[kind]),
    );
  return {
    lpips: await writeNetwork(join(folder, 'lpips.safetensors'), new Lpips([2, 2, 4, 4, 4])),
    dino: await vit('dino', 56),
    dinov3: await vit('dinov3', 4),
    features,
  };
}

async function writeNetwork(path: string, network: Module): Promise<string> {
  network.initialize(7, 'variancePreserving');
  const tensors = [...network.namedParameters()].map(([name, parameter]) => ({
    name,
    shape: parameter.publishedShape,
    values: () => parameter.published(),
  }));
  await writeSafetensors(path, tensors);
  network.dispose();
  return path;
}
