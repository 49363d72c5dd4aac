/// <reference types="@webgpu/types" />
import * as tf from '@tensorflow/tfjs-core';
import { BackendUnavailableError } from '@restok/core';
import { openGpu } from '#gpu';
import type { DeviceLimits } from './device-limits';
import { deviceLimits, raisedLimits } from './device-limits';
import { FusedBackend } from './fused-backend';
import { WEBGPU_BACKEND } from './fused-kernel';
import type { GpuAccess } from './gpu-access';
import { registerFusedKernels } from './kernels/register';

export interface WebGpuBackendOptions {
  /** A device of the caller's, to share buffers with; it stays the caller's to destroy. */
  readonly device?: GPUDevice;
}

/** What was chosen, and why. */
export interface BackendInfo {
  readonly backend: typeof WEBGPU_BACKEND;
  /** Vendor, architecture and driver, as far as they are told. */
  readonly adapter: string;
  /** Whether the "GPU" is a program on the processor: right, but slow. */
  readonly isSoftware: boolean;
  readonly limits: DeviceLimits;
  /** One sentence for people. */
  readonly reason: string;
}

/** The backend in use and whether its device is ours to destroy. */
interface Current {
  readonly backend: FusedBackend;
  readonly info: BackendInfo;
  readonly device: GPUDevice;
  readonly ownsDevice: boolean;
}

/** Parts of the names of rasterisers on the processor. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|basic render/i;

let current: Current | undefined;

/**
 * Makes TensorFlow.js run on WebGPU with fused kernels: the browser's, or Dawn's in Node. Called again it returns
 * what is there, unless the device is lost or another one is passed: then the backend starts anew and tensors made
 * before are gone.
 *
 * @returns what was chosen; the backend is current afterwards.
 * @throws BackendUnavailableError when there is no WebGPU, no GPU, or no driver, saying what to install.
 */
export async function useWebGpuBackend(options: WebGpuBackendOptions = {}): Promise<BackendInfo> {
  const asked = options.device;
  if (current !== undefined && (current.backend.isLost || (asked ?? current.device) !== current.device)) {
    releaseWebGpuBackend();
  }
  current ??= await start(asked);
  await tf.setBackend(WEBGPU_BACKEND);
  return current.info;
}

/**
 * Frees the backend's memory, its device unless that is the caller's, and every tensor on it. Nothing happens when
 * it does not run.
 */
export function releaseWebGpuBackend(): void {
  if (current !== undefined) {
    const { device, ownsDevice } = current;
    current = undefined;
    tf.removeBackend(WEBGPU_BACKEND);
    if (ownsDevice) {
      device.destroy();
    }
  }
}

/**
 * Resolves when the device of the running backend is lost: the driver restarted, the laptop changed its GPU, or
 * {@link releaseWebGpuBackend} was called. Work in flight fails with a BackendUnavailableError; call
 * {@link useWebGpuBackend} again and load the model anew.
 *
 * @returns the reason, for people.
 * @throws BackendUnavailableError when the backend does not run.
 */
export async function whenDeviceIsLost(): Promise<string> {
  const { reason, message } = await runningBackend('whenDeviceIsLost').device.lost;
  return `${reason}: ${message}`;
}

/**
 * The running backend.
 *
 * @throws BackendUnavailableError when it does not run.
 */
export function runningBackend(where: string): FusedBackend {
  if (current === undefined) {
    throw new BackendUnavailableError(
      `${where}: the WebGPU backend must run, got none. Call useWebGpuBackend() first.`,
    );
  }
  return current.backend;
}

async function start(asked: GPUDevice | undefined): Promise<Current> {
  const access = await openGpu();
  const { device, adapterInfo } =
    asked === undefined ? await requestDevice(access) : { device: asked, adapterInfo: asked.adapterInfo };
  const info = describe(device, adapterInfo, asked !== undefined);
  // Reading by a canvas ends the GPU process of a Chromium without a GPU.
  const withoutWaiting = info.isSoftware ? 'impossible' : 'canvas';
  const readingNow = (await access.waitingFor?.(device)) ?? withoutWaiting;
  const backend = makeBackend(access.gpu, () => new FusedBackend(device, adapterInfo, readingNow));
  tf.registerBackend(WEBGPU_BACKEND, () => backend);
  if (tf.getKernelsForBackend(WEBGPU_BACKEND).length === 0) {
    tf.copyRegisteredKernels('webgpu', WEBGPU_BACKEND);
    registerFusedKernels();
  }
  return { backend, info, device, ownsDevice: asked === undefined };
}

async function requestDevice({
  gpu,
  adviceWithoutAdapter,
}: GpuAccess): Promise<{ device: GPUDevice; adapterInfo: GPUAdapterInfo }> {
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' }).catch(() => null);
  if (adapter === null) {
    throw new BackendUnavailableError(
      `useWebGpuBackend: there must be a GPU with a driver that WebGPU can use, got none. ${adviceWithoutAdapter}`,
    );
  }
  const device = await adapter.requestDevice({ requiredLimits: raisedLimits(adapter.limits) });
  return { device, adapterInfo: adapter.info };
}

/** TensorFlow.js looks for navigator.gpu when a backend is made, which Node does not have. */
function makeBackend(gpu: GPU, make: () => FusedBackend): FusedBackend {
  if (globalThis.navigator?.gpu !== undefined) {
    return make();
  }
  const original = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
  Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true });
  try {
    return make();
  } finally {
    if (original === undefined) {
      Reflect.deleteProperty(globalThis, 'navigator');
    } else {
      Object.defineProperty(globalThis, 'navigator', original);
    }
  }
}

function describe(
  device: GPUDevice,
  adapterInfo: GPUAdapterInfo | undefined,
  isCallers: boolean,
): BackendInfo {
  const parts = [adapterInfo?.vendor, adapterInfo?.architecture, adapterInfo?.description];
  const adapter = parts.filter((part) => part !== undefined && part !== '').join(', ') || 'unnamed GPU';
  const isSoftware = adapterInfo?.isFallbackAdapter === true || SOFTWARE.test(adapter);
  const origin = isCallers ? 'The device that was passed' : "The system's preferred GPU";
  const speed = isSoftware ? ' It is emulated by the processor: right numbers, slowly.' : '';
  return {
    backend: WEBGPU_BACKEND,
    adapter,
    isSoftware,
    limits: deviceLimits(device.limits),
    reason: `${origin}: ${adapter}.${speed}`,
  };
}
