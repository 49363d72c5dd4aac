import * as tf from '@tensorflow/tfjs-core';
import { BackendUnavailableError } from '@restok/core';
import { startUpTest } from './start-up-test';
import type { BackendInfo } from './use-webgpu-backend';
import { releaseWebGpuBackend, useWebGpuBackend } from './use-webgpu-backend';

/**
 * Loads a backend and resolves to the name under which TensorFlow.js knows it. It is called only when its turn
 * comes, so a page loads no backend that it does not use.
 */
export type BackendLoader = () => Promise<string>;

export interface SelectBackendOptions {
  /** What to try after WebGPU, in this order; by the names that people read. */
  readonly others?: Readonly<Record<string, BackendLoader>>;
  /** False leaves WebGPU out. */
  readonly webgpu?: boolean;
}

/** Which backend runs, and why. */
export interface SelectedBackend {
  /** `webgpu`, or the name of the loader. */
  readonly name: string;
  /** One sentence for people: which it is, and what stood against those before it. */
  readonly note: string;
  /** What stood against those that were tried before. */
  readonly refusals: readonly { readonly name: string; readonly reason: string }[];
  /** About the GPU, where it is WebGPU. */
  readonly info?: BackendInfo;
}

/**
 * Makes the first backend current that starts and passes {@link startUpTest}: WebGPU, then the others.
 *
 * @throws BackendUnavailableError when none does, saying why for each.
 */
export async function selectBackend(options: SelectBackendOptions = {}): Promise<SelectedBackend> {
  const refusals: { name: string; reason: string }[] = [];
  if (options.webgpu !== false) {
    try {
      const info = await useWebGpuBackend();
      await startUpTest();
      return { name: 'webgpu', note: `WebGPU. ${info.reason}`, refusals, info };
    } catch (error) {
      releaseWebGpuBackend();
      refusals.push({ name: 'webgpu', reason: messageOf(error) });
    }
  }
  for (const [name, load] of Object.entries(options.others ?? {})) {
    try {
      const backend = await load();
      if (!(await tf.setBackend(backend))) {
        throw new BackendUnavailableError(
          `selectBackend: "${backend}" must start, got a refusal. Use another.`,
        );
      }
      await tf.ready();
      await startUpTest();
      return { name, note: noteOf(name, refusals), refusals };
    } catch (error) {
      refusals.push({ name, reason: messageOf(error) });
    }
  }
  throw new BackendUnavailableError(
    `selectBackend: one backend must be available here, got none. ${listOf(refusals)}`,
    { refusals },
  );
}

function noteOf(name: string, refusals: SelectedBackend['refusals']): string {
  return refusals.length === 0 ? `${name}.` : `${name}, since: ${listOf(refusals)}`;
}

function listOf(refusals: SelectedBackend['refusals']): string {
  return refusals.map(({ name, reason }) => `${name}: ${reason}`).join(' ');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
