import type { Tensor } from '@tensorflow/tfjs-core';
import { add, dispose, fill, getBackend, memory, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { BackendUnavailableError } from '@restok/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useSoftwareGpu } from '../test/software-gpu';
import { openGpu } from './gpu.node';
import { countDispatches, releaseWebGpuBackend, useWebGpuBackend, whenDeviceIsLost } from './index';

/** More than TensorFlow.js computes on the processor because it is little. */
const MANY = 2000;
const sum = (): Tensor => tidy(() => add(fill([MANY], 1), fill([MANY], 2)));

describe('useWebGpuBackend', () => {
  beforeAll(() => useSoftwareGpu());
  afterAll(() => releaseWebGpuBackend());

  it('makes the backend current and says what was chosen', async () => {
    const info = await useWebGpuBackend();
    expect(getBackend()).toBe('restok-webgpu');
    expect(info.backend).toBe('restok-webgpu');
    expect(info.reason).toContain(info.adapter);
  });

  it('asks for buffers as large as the adapter has them', async () => {
    const { limits } = await useWebGpuBackend();
    const adapter = await (await openGpu()).gpu.requestAdapter();
    expect(limits.maxBufferBytes).toBe(adapter!.limits.maxBufferSize);
    expect(limits.maxBindingBytes).toBe(adapter!.limits.maxStorageBufferBindingSize);
    expect(limits.maxTensorBytes).toBe(Math.min(limits.maxBufferBytes, limits.maxBindingBytes));
  });

  it('reads values synchronously and asynchronously', async () => {
    const result = sum();
    expect(result.dataSync()[MANY - 1]).toBe(3);
    result.dispose();
    const other = sum();
    expect((await other.data())[0]).toBe(3);
    other.dispose();
  });

  it('keeps small integers at hand, so that reading them needs no GPU', async () => {
    const indices = tensor1d(new Int32Array(MANY).fill(7), 'int32');
    const doubled = add(indices, indices);
    expect(await countDispatches(() => indices.dataSync())).toBe(0);
    expect([indices.dataSync()[3], doubled.dataSync()[3]]).toEqual([7, 14]);
    dispose([indices, doubled]);
  });

  it('leaves no tensors behind', () => {
    const before = memory().numTensors;
    sum().dispose();
    expect(memory().numTensors).toBe(before);
  });

  it('refuses a tensor that no buffer of the device holds', async () => {
    const { limits } = await useWebGpuBackend();
    const values = limits.maxTensorBytes / 4 + 1;
    expect(() => tidy(() => fill([values], 1).dataSync())).toThrow(RangeError);
  });

  it('runs on a device of the caller, and leaves that alive', async () => {
    const adapter = await (await openGpu()).gpu.requestAdapter();
    const device = await adapter!.requestDevice();
    const info = await useWebGpuBackend({ device });
    expect(info.limits.maxBufferBytes).toBe(device.limits.maxBufferSize);
    const result = sum();
    expect(result.dataSync()[0]).toBe(3);
    result.dispose();
    releaseWebGpuBackend();
    const buffer = device.createBuffer({ size: 4, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
    await buffer.mapAsync(GPUMapMode.READ);
    expect(buffer.mapState).toBe('mapped');
    device.destroy();
  });

  it('fails work on a lost device with what to do, and starts anew when asked', async () => {
    const adapter = await (await openGpu()).gpu.requestAdapter();
    const device = await adapter!.requestDevice();
    await useWebGpuBackend({ device });
    const result = sum();
    const lost = whenDeviceIsLost();
    const inFlight = result.data();
    device.destroy();
    await expect(inFlight).rejects.toThrow(BackendUnavailableError);
    expect(await lost).toContain('destroyed');
    expect(sum).toThrow('Call useWebGpuBackend() again');
    await useWebGpuBackend();
    const again = sum();
    expect(again.dataSync()[0]).toBe(3);
    again.dispose();
  });
});

describe('releaseWebGpuBackend', () => {
  it('ends the backend, so that what needs it says so', async () => {
    await useSoftwareGpu();
    releaseWebGpuBackend();
    releaseWebGpuBackend();
    await expect(countDispatches(() => undefined)).rejects.toThrow('Call useWebGpuBackend() first.');
  });
});
