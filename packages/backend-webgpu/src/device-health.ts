/// <reference types="@webgpu/types" />
import { BackendUnavailableError } from '@restok/core';

/** Why a device is gone. */
interface Loss {
  readonly reason: string;
  readonly message: string;
}

/** Whether a device can still be worked with: it may be lost, or have refused a command. */
export class DeviceHealth {
  private loss: Loss | undefined;
  private fault: string | undefined;

  constructor(device: GPUDevice) {
    device.addEventListener('uncapturederror', (event) => {
      event.preventDefault();
      this.fault ??= event.error.message;
    });
    void device.lost.then(({ reason, message }) => {
      this.loss = { reason, message };
    });
  }

  /** Whether the device is gone, and with it every tensor. */
  get isLost(): boolean {
    return this.loss !== undefined;
  }

  /** @throws BackendUnavailableError when the device is lost or has reported a fault. */
  check(): void {
    if (this.loss !== undefined) {
      throw new BackendUnavailableError(
        `useWebGpuBackend: the GPU device must be alive, got ${this.loss.reason}: ${this.loss.message} Call useWebGpuBackend() again and load the model anew.`,
        { ...this.loss },
      );
    }
    if (this.fault !== undefined) {
      throw new BackendUnavailableError(
        `useWebGpuBackend: the GPU must accept every command, got: ${this.fault} Use a smaller batch or model; if that is not it, report this.`,
        { fault: this.fault },
      );
    }
  }
}
