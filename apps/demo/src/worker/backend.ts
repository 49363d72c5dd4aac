import { ready, setBackend } from '@tensorflow/tfjs-core';
import { startUpTest } from '@restok/backend-webgpu/start-up-test';
import type { BackendNote } from '../engine/engine-api';

/** A way to compute; `start` throws, saying why, when it is not to be had here. */
interface BackendChoice {
  readonly name: string;
  readonly speed: string;
  /**
   * @param isWanted somebody asked for it by name.
   * @returns what else there is to say, in a sentence.
   */
  start(isWanted: boolean): Promise<string | undefined>;
}

const NO_CARD = 'this device has no graphics card that the browser may use';

/** Fastest first. To add a backend, add a line. */
const choices: readonly BackendChoice[] = [
  { name: 'WebGPU', speed: 'on the graphics card', start: startWebGpu },
  {
    name: 'WebAssembly',
    speed: 'on the processor: several times slower than on a graphics card',
    start: startWasm,
  },
  { name: 'WebGL', speed: 'on the graphics card, by way of WebGL', start: startWebGl },
  { name: 'JavaScript', speed: 'on the processor, many times slower than anything else', start: startCpu },
];

/**
 * Starts the first backend that works and computes a few known values rightly.
 *
 * @param wanted start with this one, for tests and for people who know better.
 * @throws Error naming what every backend said, when none works.
 */
export async function chooseBackend(wanted?: string): Promise<BackendNote> {
  const failures: string[] = [];
  for (const { name, speed, start } of inOrder(wanted)) {
    try {
      const remark = await start(name.toLowerCase() === wanted?.toLowerCase());
      await ready();
      await startUpTest();
      return {
        name,
        reason: [`Computing with ${name}, ${speed}.`, remark, ...failures].filter(Boolean).join(' '),
      };
    } catch (error) {
      release?.();
      failures.push(`No ${name}: ${sentence(error)}`);
    }
  }
  throw new Error(`No way to compute works in this browser. ${failures.join(' ')} Try another browser.`);
}

function sentence(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.endsWith('.') ? text : `${text}.`;
}

function inOrder(wanted: string | undefined): readonly BackendChoice[] {
  const isWanted = ({ name }: BackendChoice): boolean => name.toLowerCase() === wanted?.toLowerCase();
  return [...choices.filter(isWanted), ...choices.filter((choice) => !isWanted(choice))];
}

/** Bytes of the largest tensor that the running backend can hold; Infinity where it has no limit of its own. */
export function largestTensorBytes(): number {
  return tensorLimit;
}

let tensorLimit = Infinity;

/** Frees a backend that started and computes wrongly, where it holds a device. */
let release: (() => void) | undefined;

/** Resolves when the device of the running backend is lost, with the reason; other backends are never lost. */
export function whenBackendIsLost(): Promise<string> {
  return lost;
}

let lost: Promise<string> = new Promise(() => undefined);

/** An emulated graphics card is slower than the processor itself, so it is taken only when somebody asks for it. */
async function startWebGpu(isWanted: boolean): Promise<string | undefined> {
  // Asked before the backend is read, which is large.
  const { gpu } = navigator as Navigator & { gpu?: { requestAdapter(): Promise<object | null> } };
  if (gpu === undefined) {
    throw new Error('this browser does not have it');
  }
  if ((await gpu.requestAdapter()) === null) {
    throw new Error(NO_CARD);
  }
  const { releaseWebGpuBackend, useWebGpuBackend, whenDeviceIsLost } = await import('@restok/backend-webgpu');
  const { isSoftware, limits } = await useWebGpuBackend();
  if (isSoftware && !isWanted) {
    releaseWebGpuBackend();
    throw new Error(NO_CARD);
  }
  lost = whenDeviceIsLost();
  tensorLimit = limits.maxTensorBytes;
  release = () => {
    releaseWebGpuBackend();
    lost = new Promise(() => undefined);
    tensorLimit = Infinity;
    release = undefined;
  };
  return isSoftware ? 'The card is emulated by the processor: right, but slow.' : undefined;
}

async function startWasm(): Promise<undefined> {
  const [{ usePortableBackend }, plain, simd, threaded] = await Promise.all([
    import('@restok/backend-node/portable'),
    import('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url'),
    import('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url'),
    import('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url'),
  ]);
  await usePortableBackend({
    wasmPaths: {
      'tfjs-backend-wasm.wasm': plain.default,
      'tfjs-backend-wasm-simd.wasm': simd.default,
      'tfjs-backend-wasm-threaded-simd.wasm': threaded.default,
    },
  });
}

async function startWebGl(): Promise<undefined> {
  await import('@tensorflow/tfjs-backend-webgl');
  await activate('webgl');
}

async function startCpu(): Promise<undefined> {
  await import('@tensorflow/tfjs-backend-cpu');
  await activate('cpu');
}

async function activate(name: string): Promise<void> {
  if (!(await setBackend(name))) {
    throw new Error('it did not start');
  }
}
