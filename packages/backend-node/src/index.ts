export { useNodeBackend } from './use-node-backend';
export type { BackendInfo, NodeBackendOptions } from './use-node-backend';
export type { GemmChoice } from './gemm/choose-gemm';
export type { GemmName } from './gemm/gemm';
