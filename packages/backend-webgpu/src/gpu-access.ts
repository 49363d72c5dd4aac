/// <reference types="@webgpu/types" />

/** Maps a buffer for reading and returns when it is mapped. */
export type MapNow = (buffer: GPUBuffer) => void;

/** Where a runtime keeps its GPUs. */
export interface GpuAccess {
  readonly gpu: GPU;
  /**
   * For runtimes that let a program wait for the GPU: how to do it on one device. Browsers do not; there values
   * that are read synchronously go through a canvas.
   */
  readonly waitingFor?: (device: GPUDevice) => Promise<MapNow>;
}
