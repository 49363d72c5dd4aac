export { useNodeBackend } from './use-node-backend';
export { lapackEigenSolver } from './lapack-eigen-solver';
export type { LapackEigenSolver } from './lapack-eigen-solver';
export type { BackendInfo, NodeBackendOptions } from './use-node-backend';
export type { GemmChoice } from './gemm/choose-gemm';
export type { GemmName } from './gemm/gemm';
export { SELF_TEST_TOLERANCE, selfTest } from './self-test';
export type { SelfTestResult } from './self-test';
