import { readText } from '#onnx-platform';
import { CheckpointError } from '@restok/core';
import type { Manifest, ModelKind } from '../export/model-metadata';
import { FORMAT_VERSION, MANIFEST } from '../export/model-metadata';
import type { OnnxRunOptions } from './onnx-session';

/** Weight types that this version knows. */
const WEIGHT_TYPES: readonly unknown[] = ['float32', 'float16', 'int8'];

/**
 * Reads what a folder of graphs is.
 *
 * @param kind what it should be.
 * @throws CheckpointError in one line when it is something else, or damaged.
 */
export async function readManifest(
  folder: string,
  kind: ModelKind,
  { readFile }: OnnxRunOptions = {},
): Promise<Manifest> {
  const text = readFile === undefined ? await readText(folder, MANIFEST) : textOf(await readFile(MANIFEST));
  if (text === undefined) {
    throw new CheckpointError(
      `loadOnnx: ${folder} holds no ${MANIFEST}. Pass a folder that restok export has written.`,
    );
  }
  const manifest = parsed(text, folder);
  if (manifest.version !== FORMAT_VERSION) {
    throw new CheckpointError(
      `loadOnnx: ${folder} must be of version ${FORMAT_VERSION}, got ${String(manifest.version)}. Export the model again with this version.`,
    );
  }
  if (manifest.kind !== kind) {
    throw new CheckpointError(
      `loadOnnx: ${folder} must hold a ${kind}, got a ${String(manifest.kind)}. Pass the folder of a ${kind}.`,
    );
  }
  return manifest;
}

function textOf(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}

function parsed(text: string, folder: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (!isManifest(value)) {
    throw new CheckpointError(
      `loadOnnx: ${MANIFEST} of ${folder} must be one that restok export has written, got other content. Export the model again.`,
    );
  }
  return value;
}

function isManifest(value: unknown): value is Manifest {
  return (
    typeof value === 'object' &&
    value !== null &&
    'format' in value &&
    value.format === 'restok-onnx' &&
    'version' in value &&
    'kind' in value &&
    'config' in value &&
    'weights' in value &&
    WEIGHT_TYPES.includes(value.weights)
  );
}
