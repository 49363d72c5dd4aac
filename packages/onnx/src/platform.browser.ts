import { BackendUnavailableError, CheckpointError } from '@restok/core';
import type { Hasher, Runtime, SessionFiles } from './platform';
import { runtimeOf } from './platform';

/** Browsers have no folders to write to. */
export function writeTogether(caller: string): Promise<void> {
  throw new BackendUnavailableError(`${caller}: files cannot be written in a browser. Use encodeOnnx.`);
}

/** Only files that are written are hashed. */
export function createHasher(): Hasher {
  throw new BackendUnavailableError('saveOnnx: files cannot be written in a browser. Use encodeOnnx.');
}

/** The last part of a path. */
export function basename(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Everything but the last part of a path. */
export function dirname(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** A file of a folder, as an address. */
export function join(folder: string, name: string): string {
  return `${folder.replace(/\/$/, '')}/${name}`;
}

/** ONNX Runtime for this platform: the build without WebGPU is half as large, so it is taken where that is not asked for. */
export async function loadRuntime(providers: readonly string[]): Promise<Runtime> {
  return runtimeOf(
    providers.includes('webgpu')
      ? await import('onnxruntime-web/webgpu')
      : await import('onnxruntime-web/wasm'),
  );
}

/** What sessions run on here unless they are told otherwise. */
export const defaultProviders: readonly string[] = ['wasm'];

/**
 * A small text file below an address.
 *
 * @returns undefined where it does not exist.
 */
export async function readText(folder: string, name: string): Promise<string | undefined> {
  const answer = await fetch(join(folder, name));
  return answer.ok ? answer.text() : undefined;
}

/** Files of a graph, fetched. */
export async function sessionFiles(folder: string, file: string, dataFile: string): Promise<SessionFiles> {
  const [model, data] = await Promise.all([
    fetchBytes(join(folder, file)),
    fetchBytes(join(folder, dataFile)),
  ]);
  return { model, externalData: [{ path: dataFile, data }] };
}

async function fetchBytes(address: string): Promise<Uint8Array> {
  const answer = await fetch(address);
  if (!answer.ok) {
    throw new CheckpointError(
      `loadOnnx: ${address} answered ${answer.status}. Export the model again, or copy all of its files.`,
    );
  }
  return new Uint8Array(await answer.arrayBuffer());
}
