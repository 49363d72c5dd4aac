import type { WeightDtype, WeightEntry } from '@restok/core';
import { CheckpointError } from '@restok/core';
import { widenBfloat16, widenFloat16 } from './half-precision';
import type { ModelSource } from './model-source';
import { quoteName } from './quote-name';
import type { SafetensorsEntry } from './safetensors-header';
import { headerLength, LENGTH_BYTES, parseHeader } from './safetensors-header';

const READABLE: readonly string[] = ['F32', 'F16', 'BF16'] satisfies WeightDtype[];

/** One safetensors file of a source: its header, and the tensors that it can give as float32. */
export class SafetensorsFile {
  private constructor(
    private readonly source: ModelSource,
    private readonly path: string,
    private readonly header: ReadonlyMap<string, SafetensorsEntry>,
  ) {}

  /**
   * Reads and checks the header.
   *
   * @throws CheckpointError when there is no such file or its header is invalid.
   */
  static async open(source: ModelSource, path: string): Promise<SafetensorsFile> {
    const name = `${source.description}/${path}`;
    const fileSize = await source.size(path);
    if (fileSize === undefined) {
      throw new CheckpointError(`openSafetensors: ${name} does not exist. Check the path.`);
    }
    if (fileSize < LENGTH_BYTES) {
      throw new CheckpointError(`openSafetensors: ${name} holds only ${fileSize} bytes. Get the file again.`);
    }
    const length = headerLength(await source.read(path, 0, LENGTH_BYTES), fileSize, name);
    const header = await source.read(path, LENGTH_BYTES, LENGTH_BYTES + length);
    return new SafetensorsFile(source, path, parseHeader(header, fileSize, name));
  }

  /** Names of all tensors, readable or not. */
  has(tensor: string): boolean {
    return this.header.has(tensor);
  }

  /** Tensors of the types that can be read. */
  entries(): Map<string, WeightEntry> {
    const entries = new Map<string, WeightEntry>();
    for (const [tensor, { dtype, shape }] of this.header) {
      if (READABLE.includes(dtype)) {
        entries.set(tensor, { dtype: dtype as WeightDtype, shape });
      }
    }
    return entries;
  }

  /**
   * @returns values widened to float32, owned by the caller.
   * @throws CheckpointError naming file and tensor.
   */
  async read(tensor: string): Promise<Float32Array> {
    const name = `${this.source.description}/${this.path}`;
    const entry = this.header.get(tensor);
    if (entry === undefined) {
      throw missingTensor(name, tensor);
    }
    if (!READABLE.includes(entry.dtype)) {
      throw new CheckpointError(
        `read: ${quoteName(tensor)} of ${name} must be F32, F16 or BF16, got ${entry.dtype}. Convert it first.`,
      );
    }
    return widen(await this.bytesOf(tensor, entry), entry.dtype);
  }

  private async bytesOf(tensor: string, { start, end }: SafetensorsEntry): Promise<Uint8Array> {
    try {
      return await this.source.read(this.path, start, end);
    } catch (error) {
      if (error instanceof CheckpointError) {
        const problem = error.message.replace(/^read: /, '');
        throw new CheckpointError(`read: tensor ${quoteName(tensor)}: ${problem}`, error.details);
      }
      throw error;
    }
  }
}

/** The error for a tensor that a file does not have. */
export function missingTensor(name: string, tensor: string): CheckpointError {
  return new CheckpointError(`read: ${name} holds no tensor ${quoteName(tensor)}. Use a file of this model.`);
}

function widen(bytes: Uint8Array, dtype: string): Float32Array {
  const valueBytes = dtype === 'F32' ? 4 : 2;
  // A source may hand out a part of something larger, which need not lie on a multiple of the value's size; `slice`
  // of a Node buffer would not copy.
  const { buffer, byteOffset, length } = bytes.byteOffset % valueBytes === 0 ? bytes : new Uint8Array(bytes);
  if (dtype === 'F32') {
    return new Float32Array(buffer, byteOffset, length / 4);
  }
  const halves = new Uint16Array(buffer, byteOffset, length / 2);
  return dtype === 'F16' ? widenFloat16(halves) : widenBfloat16(halves);
}
