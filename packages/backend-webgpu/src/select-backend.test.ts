import '@tensorflow/tfjs-backend-cpu';
import { getBackend } from '@tensorflow/tfjs-core';
import { BackendUnavailableError } from '@restok/core';
import { registerFused } from './fused-kernel';
import { kernelNames } from '@restok/ops';
import { afterEach, describe, expect, it } from 'vitest';
import { useSoftwareGpu } from '../test/software-gpu';
import { releaseWebGpuBackend, selectBackend } from './index';
import { registerLinear } from './kernels/linear';

const cpu = (): Promise<string> => Promise.resolve('cpu');

describe('selectBackend', () => {
  afterEach(() => releaseWebGpuBackend());

  it('takes WebGPU where it starts and computes rightly', async () => {
    await useSoftwareGpu();
    const { name, note, refusals, info } = await selectBackend({ others: { cpu } });
    expect([name, getBackend(), refusals]).toEqual(['webgpu', 'restok-webgpu', []]);
    expect(note).toContain(info!.adapter);
  });

  it('goes on where WebGPU computes wrongly, and says so', async () => {
    await useSoftwareGpu();
    registerFused(kernelNames.linear, (backend, { x, weight }) =>
      backend.makeTensorInfo(
        [x!.shape[0]!, weight!.shape[0]!],
        'float32',
        new Float32Array(x!.shape[0]! * weight!.shape[0]!),
      ),
    );
    const { name, note, refusals } = await selectBackend({ others: { cpu } });
    registerLinear();
    expect([name, getBackend()]).toEqual(['cpu', 'cpu']);
    expect(refusals.map((refusal) => refusal.name)).toEqual(['webgpu']);
    expect(note).toContain(
      'cpu, since: webgpu: startUpTest: linear must be 12, 16 on restok-webgpu, got 0, 0.',
    );
  });

  it('passes over a backend that does not load', async () => {
    const wasm = (): Promise<string> => Promise.reject(new Error('the network is down'));
    const { name, note } = await selectBackend({ webgpu: false, others: { wasm, cpu } });
    expect([name, note]).toEqual(['cpu', 'cpu, since: wasm: the network is down']);
  });

  it('throws BackendUnavailableError when none is left', async () => {
    await expect(selectBackend({ webgpu: false })).rejects.toThrow(BackendUnavailableError);
  });
});
