import { join, writeTogether } from '#onnx-platform';
import type { GraphGroup } from '../save-onnx';
import { filesOf } from '../save-onnx';
import type { Manifest } from './model-metadata';
import { MANIFEST } from './model-metadata';

/** Writes all files of a model; the manifest comes last, so that a folder without it is no model. */
export async function writeModel(
  caller: string,
  folder: string,
  manifest: Manifest,
  groups: readonly GraphGroup[],
): Promise<void> {
  const text = new TextEncoder().encode(`${JSON.stringify(manifest, null, 2)}\n`);
  await writeTogether(caller, [
    ...groups.flatMap((group) => filesOf(folder, group)),
    { path: join(folder, MANIFEST), pieces: [text] },
  ]);
}
