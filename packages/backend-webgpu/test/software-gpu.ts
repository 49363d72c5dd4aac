import { useSoftwareDriver } from '@restok/testing';
import type { BackendInfo } from '../src/index';
import { useWebGpuBackend } from '../src/index';

/**
 * Makes the backend current on the software GPU of the system's Chromium, or on the driver that the environment
 * names. Without either it fails and says what to install.
 */
export function useSoftwareGpu(): Promise<BackendInfo> {
  useSoftwareDriver();
  return useWebGpuBackend();
}
