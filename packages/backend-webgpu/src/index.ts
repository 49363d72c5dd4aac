export { releaseWebGpuBackend, useWebGpuBackend, whenDeviceIsLost } from './use-webgpu-backend';
export type { BackendInfo, WebGpuBackendOptions } from './use-webgpu-backend';
export { countDispatches } from './count-dispatches';
export type { CountDispatchesOptions } from './count-dispatches';
export { selectBackend } from './select-backend';
export type { BackendLoader, SelectBackendOptions, SelectedBackend } from './select-backend';
export { startUpTest } from './start-up-test';
export type { DeviceLimits } from './device-limits';
