import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { DataType, KernelBackend, TensorInfo } from '@tensorflow/tfjs-core';
import { BackendUnavailableError } from '@restok/core';

/** Bytes of a float32 or int32. */
const VALUE_BYTES = 4;

/** The parts of tfjs's Emscripten module that are used here. */
interface EmscriptenModule {
  _malloc(bytes: number): number;
  _free(address: number): void;
  readonly HEAPU8: Uint8Array;
  readonly asm: { readonly memory: WebAssembly.Memory };
}

/**
 * The memory of tfjs-wasm, shared by its own kernels, BLAS and the SIMD kernels.
 *
 * Addresses are byte offsets into it and stay valid when it grows; views do not, so none is kept.
 */
export class Heap {
  readonly memory: WebAssembly.Memory;
  private readonly module: EmscriptenModule;
  private readonly scratchBlocks = new Map<string, { address: number; bytes: number }>();

  constructor(readonly backend: BackendWasm) {
    this.module = emscriptenModule(backend);
    this.memory = this.module.asm.memory;
    failOnExhaustion(this.module);
  }

  /** Where a tensor's values start. */
  address(tensor: TensorInfo): number {
    return this.backend.dataIdMap.get(tensor.dataId).memoryOffset;
  }

  /** A new tensor with undefined values. */
  allocate(shape: readonly number[], dtype: DataType = 'float32'): TensorInfo {
    return this.backend.makeOutput([...shape], dtype);
  }

  /** A new tensor of zeros. */
  allocateZeros(shape: readonly number[]): TensorInfo {
    const tensor = this.allocate(shape);
    const start = this.address(tensor);
    this.bytes.fill(0, start, start + sizeOf(shape) * VALUE_BYTES);
    return tensor;
  }

  /** The same values as another tensor, without a copy; used by operations that update in place. */
  share(tensor: TensorInfo, shape: readonly number[] = tensor.shape): TensorInfo {
    this.backend.incRef(tensor.dataId);
    return { dataId: tensor.dataId, shape: [...shape], dtype: tensor.dtype };
  }

  /** Frees a tensor made by {@link allocate} that is not returned. */
  release(tensor: TensorInfo): void {
    this.backend.disposeData(tensor.dataId);
  }

  /** Working memory that is kept between calls under its name and grows when needed. */
  scratch(name: string, numValues: number): number {
    const bytes = numValues * VALUE_BYTES;
    const block = this.scratchBlocks.get(name);
    if (block !== undefined && block.bytes >= bytes) {
      return block.address;
    }
    if (block !== undefined) {
      this.scratchBlocks.delete(name);
      this.module._free(block.address);
    }
    const address = this.module._malloc(bytes) >>> 0;
    this.scratchBlocks.set(name, { address, bytes });
    return address;
  }

  /** A float32 view, valid until the next allocation. */
  floats(address: number, length: number): Float32Array {
    return new Float32Array(this.memory.buffer, address, length);
  }

  /** An int32 view, valid until the next allocation. */
  integers(address: number, length: number): Int32Array {
    return new Int32Array(this.memory.buffer, address, length);
  }

  private get bytes(): Uint8Array {
    return new Uint8Array(this.memory.buffer);
  }
}

/** Number of values of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}

/** A kernel's backend as the one that it was registered for. */
export function asWasmBackend(backend: KernelBackend): BackendWasm {
  if (!('wasm' in backend)) {
    throw new BackendUnavailableError(
      'asWasmBackend: backend must be tfjs-wasm. Call useNodeBackend() first.',
    );
  }
  return backend as BackendWasm;
}

function emscriptenModule(backend: BackendWasm): EmscriptenModule {
  const module: object = backend.wasm;
  if (!('asm' in module && '_malloc' in module)) {
    throw new BackendUnavailableError(
      'Heap: this version of @tensorflow/tfjs-backend-wasm hides its memory. Install version 4.22.',
    );
  }
  return module as EmscriptenModule;
}

/** At the end of its memory tfjs-wasm would go on at address 0; this makes it an error. */
function failOnExhaustion(module: EmscriptenModule): void {
  // At its first call Emscripten's stub puts the real function in its own place, over anything set before.
  module._free(module._malloc(VALUE_BYTES));
  const allocate = module._malloc;
  module._malloc = (bytes) => {
    const address = allocate(bytes);
    if (address === 0) {
      throw new RangeError(
        `Heap: no room for ${(bytes / 2 ** 20).toFixed(1)} MiB in the 4 GiB of WebAssembly memory. Use a smaller batch or model.`,
      );
    }
    return address;
  };
}
