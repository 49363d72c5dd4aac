import { existsSync } from 'node:fs';

/** Debian's chromium brings a Vulkan driver that needs no GPU. */
const SOFTWARE_DRIVER = '/usr/lib/chromium/vk_swiftshader_icd.json';

/**
 * Lets Dawn take the software GPU of the system's Chromium, unless the environment names another driver. Call it before
 * a WebGPU backend starts.
 */
export function useSoftwareDriver(): void {
  if (existsSync(SOFTWARE_DRIVER)) {
    process.env.VK_ICD_FILENAMES ??= SOFTWARE_DRIVER;
  }
}
