import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { dispose } from '@tensorflow/tfjs-core';
import type { TensorToWrite } from '@restok/hub';
import { writeSafetensors } from '@restok/hub/node';
import type { Module } from '@restok/ops';
import { seededTensor } from '@restok/testing';
import { writeStoredFeatures } from '../src/feature-providers/stored-features';
import { Lpips } from '../src/perceptual/lpips';
import { PretrainedVit } from '../src/vision-transformer/pretrained-vit';
import type { VitKindName } from '../src/vision-transformer/vit-kinds';
import { vitKinds } from '../src/vision-transformer/vit-kinds';

/** Narrow networks that stand in for the pretrained ones, drawn from a seed. */

/** Weights of every parameter below a module, as a file holds them. */
function weightsOf(module: Module): TensorToWrite[] {
  return [...module.namedParameters()].map(([name, parameter]) => ({
    name,
    shape: parameter.publishedShape,
    values: () => parameter.published(),
  }));
}

async function writeModule(path: string, module: Module): Promise<string> {
  module.initialize(7, 'variancePreserving');
  await writeSafetensors(path, weightsOf(module));
  module.dispose();
  return path;
}

/** A VGG16 of 2 to 4 channels with its linear weights. */
export function writeStandInLpips(folder: string): Promise<string> {
  return writeModule(join(folder, 'lpips.safetensors'), new Lpips([2, 2, 4, 4, 4]));
}

/** A ViT of one head of 64 channels with two blocks, on 16 patches of each picture of `side` pixels. */
export function writeStandInVit(folder: string, kind: VitKindName, side: number): Promise<string> {
  const { classToken } = vitKinds[kind];
  const patchSize = side / 4;
  const size = {
    width: 64,
    layers: 2,
    heads: 1,
    mlpWidth: 64,
    patchSize,
    numPositions: 16 + (classToken ? 1 : 0),
  };
  return writeModule(join(folder, `${kind}.safetensors`), new PretrainedVit(size, vitKinds[kind]));
}

/** Features of `count` pictures: one class feature and a square of patches each. */
export async function writeStandInFeatures(
  folder: string,
  options: { readonly count: number; readonly patches: number; readonly width: number },
): Promise<string> {
  const path = join(folder, 'features');
  await mkdir(path, { recursive: true });
  for (let picture = 0; picture < options.count; picture++) {
    const features = seededTensor(100 + picture, 1 + options.patches, options.width);
    const values = Float32Array.from(features.dataSync());
    dispose(features);
    await writeStoredFeatures(path, picture, { values, width: options.width });
  }
  return path;
}
