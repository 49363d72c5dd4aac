import { existsSync } from 'node:fs';
import type { BackendInfo } from '../src/index';
import { useWebGpuBackend } from '../src/index';

/** Debian's chromium brings a Vulkan driver that needs no GPU. */
const SOFTWARE_DRIVER = '/usr/lib/chromium/vk_swiftshader_icd.json';

/**
 * Makes the backend current on the software GPU of the system's Chromium, or on the driver that the environment
 * names. Without either it fails and says what to install.
 */
export function useSoftwareGpu(): Promise<BackendInfo> {
  if (existsSync(SOFTWARE_DRIVER)) {
    process.env.VK_ICD_FILENAMES ??= SOFTWARE_DRIVER;
  }
  return useWebGpuBackend();
}
