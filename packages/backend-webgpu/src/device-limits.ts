/// <reference types="@webgpu/types" />

/** Limits of a device that decide what fits. */
export interface DeviceLimits {
  /** Bytes of the largest tensor. */
  readonly maxTensorBytes: number;
  readonly maxBufferBytes: number;
  readonly maxBindingBytes: number;
  readonly maxWorkgroupStorageBytes: number;
  readonly maxBuffersPerProgram: number;
}

/** Limits that are asked for as high as the adapter has them; the defaults suit the smallest phone. */
const RAISED = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupsPerDimension',
] as const;

/** What to ask an adapter for. */
export function raisedLimits(available: GPUSupportedLimits): Record<string, number> {
  return Object.fromEntries(RAISED.map((name) => [name, available[name]]));
}

/** What a device allows. */
export function deviceLimits(limits: GPUSupportedLimits): DeviceLimits {
  return {
    maxTensorBytes: Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize),
    maxBufferBytes: limits.maxBufferSize,
    maxBindingBytes: limits.maxStorageBufferBindingSize,
    maxWorkgroupStorageBytes: limits.maxComputeWorkgroupStorageSize,
    maxBuffersPerProgram: limits.maxStorageBuffersPerShaderStage,
  };
}
