import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import type { Tensor } from '@tensorflow/tfjs-core';
import { tensor } from '@tensorflow/tfjs-core';
import { CheckpointError } from '@restok/core';

/**
 * A file that carries float32 values of tensors from one process to another, one after the other. Who writes and
 * who reads take turns, as messages between them say. Calls are synchronous and go tensor by tensor, so that
 * nothing is copied more than once.
 */
export class ValueFile {
  private readonly file: number;

  /** @param access `write` makes the file. */
  constructor(
    private readonly path: string,
    access: 'read' | 'write',
  ) {
    this.file = openSync(path, access === 'write' ? 'w' : 'r', 0o600);
  }

  /** Writes tensors from the start of the file. */
  write(tensors: readonly Tensor[]): void {
    let position = 0;
    for (const each of tensors) {
      const { buffer, byteOffset, byteLength } = each.dataSync();
      const bytes = new Uint8Array(buffer, byteOffset, byteLength);
      for (let done = 0; done < byteLength;) {
        done += writeSync(this.file, bytes, done, byteLength - done, position + done);
      }
      position += byteLength;
    }
  }

  /**
   * Reads tensors from the start of the file.
   *
   * @param shapes those of the tensors that were written.
   * @returns float32 tensors owned by the caller.
   * @throws CheckpointError when the file holds fewer values.
   */
  read(shapes: readonly (readonly number[])[]): Tensor[] {
    let position = 0;
    return shapes.map((shape) => {
      const values = new Float32Array(shape.reduce((product, side) => product * side, 1));
      const bytes = new Uint8Array(values.buffer);
      this.fill(bytes, position);
      position += bytes.length;
      return tensor(values, [...shape], 'float32');
    });
  }

  close(): void {
    closeSync(this.file);
  }

  private fill(bytes: Uint8Array, position: number): void {
    for (let done = 0; done < bytes.length;) {
      const count = readSync(this.file, bytes, done, bytes.length - done, position + done);
      if (count === 0) {
        throw new CheckpointError(
          `read: ${this.path} must hold at least ${position + bytes.length} bytes, got ${position + done}. Resume, or set training.workers=1.`,
        );
      }
      done += count;
    }
  }
}
