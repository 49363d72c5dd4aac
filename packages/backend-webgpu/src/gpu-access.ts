/// <reference types="@webgpu/types" />

/** Maps a buffer for reading and returns when it is mapped. */
export type MapNow = (buffer: GPUBuffer) => void;

/** Where a runtime keeps its GPUs. */
export interface GpuAccess {
  readonly gpu: GPU;
  /** What to do where there is no GPU that WebGPU can use, in sentences. */
  readonly adviceWithoutAdapter: string;
  /**
   * For runtimes that let a program wait for the GPU: how to do it on one device. Browsers do not; there values
   * that are read synchronously go through a canvas.
   */
  readonly waitingFor?: (device: GPUDevice) => Promise<MapNow>;
}
