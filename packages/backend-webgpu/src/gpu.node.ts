import { BackendUnavailableError } from '@restok/core';
import type { GpuAccess, MapNow } from './gpu-access';

/** Turns of the event loop after which Dawn's own loop has come to rest on an idle device. */
const TURNS_UNTIL_REST = 100;

/**
 * Programs write memory of a workgroup before they read it, so it need not begin with zeros: a software GPU compiles a
 * store for every one of them, which takes it up to a second for a program.
 */
const OPTIONS = ['enable-dawn-features=disable_workgroup_init'];

/** What is used of the package. */
interface Dawn {
  create(options: string[]): GPU;
  /** GPUBuffer, GPUBufferUsage and their like. */
  readonly globals: object;
}

const ADVICE =
  'Install a Vulkan driver; without a GPU SwiftShader will do (Debian: apt-get install chromium-headless-shell libvulkan1, then set VK_ICD_FILENAMES=/usr/lib/chromium/vk_swiftshader_icd.json).';

/** Between two looks for finished work. */
const POLL_MILLISECONDS = 0.1;

let opened: Promise<GpuAccess> | undefined;

/**
 * Dawn, from the npm package `webgpu`, once per process.
 *
 * @throws BackendUnavailableError where the package is not installed.
 */
export function openGpu(): Promise<GpuAccess> {
  opened ??= startDawn();
  return opened;
}

async function startDawn(): Promise<GpuAccess> {
  const { create, globals } = await importDawn();
  // TensorFlow.js expects GPUBuffer, GPUBufferUsage and their like to be global.
  for (const [name, value] of Object.entries(globals)) {
    if (!(name in globalThis)) {
      Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
    }
  }
  return { gpu: create(OPTIONS), adviceWithoutAdapter: ADVICE, waitingFor };
}

async function importDawn(): Promise<Dawn> {
  try {
    return await import('webgpu');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new BackendUnavailableError(
      `useWebGpuBackend: the npm package "webgpu" must be installed for WebGPU in Node, got: ${reason}. Run npm install webgpu.`,
    );
  }
}

/**
 * Dawn looks for finished work in a function that it hands to setImmediate. Called directly, that function lets a
 * program wait.
 */
async function waitingFor(device: GPUDevice): Promise<MapNow> {
  const clock = new Int32Array(new SharedArrayBuffer(4));
  const lookForFinishedWork = await eventFunction(device);
  return (buffer) => {
    const { result: mapping, scheduled } = withoutImmediates(() => buffer.mapAsync(GPUMapMode.READ));
    // A failure shows below, in the state of the buffer.
    mapping.catch(() => undefined);
    withoutImmediates(() => {
      for (lookForFinishedWork(); buffer.mapState === 'pending'; lookForFinishedWork()) {
        // Sleeps, so that a GPU that is a program on this processor gets on.
        Atomics.wait(clock, 0, 0, POLL_MILLISECONDS);
      }
    });
    if (scheduled !== undefined) {
      // Other work that is under way is finished in the event loop, as ever.
      setImmediate(scheduled);
    }
    if (buffer.mapState !== 'mapped') {
      throw new BackendUnavailableError(
        'useWebGpuBackend: the GPU must hand out its results, got none. Its device is lost or out of memory; call useWebGpuBackend() again, with a smaller batch or model.',
      );
    }
  };
}

/** The function that Dawn schedules when there is work: it is seen when a loop at rest gets some. */
async function eventFunction(device: GPUDevice): Promise<() => void> {
  for (let turn = 0; turn < TURNS_UNTIL_REST; turn++) {
    const { result: done, scheduled } = withoutImmediates(() => device.queue.onSubmittedWorkDone());
    if (scheduled !== undefined) {
      setImmediate(scheduled);
      await done;
      return scheduled;
    }
    await done;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new BackendUnavailableError(
    'useWebGpuBackend: the npm package "webgpu" must schedule its work by setImmediate, got another version. Install webgpu 0.6.',
  );
}

/** Runs a function during which what goes to setImmediate is held back. */
function withoutImmediates<Result>(run: () => Result): { result: Result; scheduled?: () => void } {
  const original = globalThis.setImmediate;
  const held: (() => void)[] = [];
  const never = original(() => undefined);
  clearImmediate(never);
  const holdBack = (callback: () => void): NodeJS.Immediate => {
    held.push(callback);
    return never;
  };
  globalThis.setImmediate = Object.assign(holdBack, { __promisify__: original.__promisify__ });
  try {
    const result = run();
    return { result, scheduled: held.at(-1) };
  } finally {
    globalThis.setImmediate = original;
  }
}
