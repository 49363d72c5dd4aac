import type { SelfTestResult } from '@restok/backend-node';
import { selfTest, useNodeBackend } from '@restok/backend-node';
import { BackendUnavailableError } from '@restok/core';
import type { Check } from './shipped-model-check';
import type { BackendName } from './use-backend';
import { useBackend } from './use-backend';

/** Who may multiply matrices for the native backend. */
const PROVIDERS = ['blas', 'ort', 'wasm'] as const;

/** A provider of matrix products, and whether this machine has it. */
export interface Provider {
  readonly name: (typeof PROVIDERS)[number];
  readonly available: boolean;
  /** Which library, or why there is none. */
  readonly detail: string;
}

/**
 * Compares all that a backend computes with plain JavaScript; of the native one with each provider there is.
 *
 * @returns the checks and, for the native backend, its providers; the backend is current afterwards.
 */
export async function checkKernels(
  backend: BackendName,
): Promise<{ checks: Check[]; providers: Provider[] }> {
  if (backend === 'cpu') {
    const detail = 'cpu is what the others are compared with';
    return { checks: [{ name: 'kernels', ok: true, detail }], providers: [] };
  }
  if (backend === 'wasm' || backend === 'webgpu') {
    return { checks: [describeKernels('kernels', await selfTest('cpu'))], providers: [] };
  }
  const checks: Check[] = [];
  const providers: Provider[] = [];
  for (const name of PROVIDERS) {
    try {
      const { library } = await useNodeBackend({ gemm: name });
      providers.push({ name, available: true, detail: library });
      checks.push(describeKernels(`kernels with ${name}`, await selfTest('cpu')));
    } catch (error) {
      if (!(error instanceof BackendUnavailableError)) {
        throw error;
      }
      providers.push({ name, available: false, detail: error.message });
    }
  }
  await useBackend(backend);
  return { checks, providers };
}

/** The results of a self-test as one check. */
export function describeKernels(name: string, results: readonly SelfTestResult[]): Check {
  const wrong = results.filter(({ ok }) => !ok);
  const worst = Math.max(...results.map(({ error }) => error));
  const detail =
    wrong.length === 0
      ? `${results.length} agree with their references, largest relative difference ${worst.toExponential(1)}`
      : `wrong: ${wrong.map((result) => `${result.name} (${result.error.toExponential(1)})`).join(', ')}`;
  return { name, ok: wrong.length === 0, detail };
}
