/// <reference types="@webgpu/types" />
import type { BackendValues, DataType, TensorInfo } from '@tensorflow/tfjs-core';
import { util } from '@tensorflow/tfjs-core';
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { BackendUnavailableError } from '@restok/core';
import { DeviceHealth } from './device-health';
import type { MapNow } from './gpu-access';
import type { Program } from './program';
import { foldGroups, packParameters, shaderOf } from './program';

const VALUE_BYTES = 4;
/** Integers of at most this many are indices and masks; they stay in memory too, so that they are read for free. */
const MAX_KEPT_INTEGERS = 65_536;

/** One run of a program. */
export interface ProgramCall {
  /** By the names of the program's buffers. */
  readonly tensors: Readonly<Record<string, TensorInfo>>;
  readonly parameters: Readonly<Record<string, number>>;
  readonly groups: number;
}

/**
 * The WebGPU backend of TensorFlow.js, with programs of several outputs or in place, a count of dispatches, faults of
 * the GPU as exceptions, and synchronous reading where the runtime can wait.
 */
export class FusedBackend extends WebGPUBackend {
  /** Programs that were sent to the GPU so far. */
  numDispatches = 0;
  private readonly pipelines = new Map<string, GPUComputePipeline>();
  private readonly health: DeviceHealth;

  constructor(
    device: GPUDevice,
    adapterInfo: GPUAdapterInfo | undefined,
    /** How values are read at once; `canvas` is TensorFlow.js's own way. */
    private readonly readingNow: MapNow | 'canvas' | 'impossible',
  ) {
    super(device, adapterInfo);
    // It would print that waiting is slow.
    this['hasReadSyncWarned'] = true;
    this.health = new DeviceHealth(device);
  }

  /** Whether the device is gone, and with it every tensor. */
  get isLost(): boolean {
    return this.health.isLost;
  }

  /** Runs a program; outputs are among the call's tensors. */
  run(program: Program, call: ProgramCall): void {
    this.health.check();
    const entries = Object.entries(program.buffers).map(([name, { use }], i) => {
      const { dataId } = call.tensors[name]!;
      this.uploadToGPU(dataId);
      const data = this.tensorMap.get(dataId);
      if (use !== 'read') {
        Object.assign(data, { values: null });
      }
      this['commandQueueOwnedIds'].add(dataId);
      return { binding: i + 1, resource: { buffer: data.resource as GPUBuffer } };
    });
    const bytes = packParameters(program, call.parameters, call.groups);
    const uniforms = this.bufferManager.acquireBuffer(
      bytes.byteLength,
      GPUBufferUsage.COPY_DST | GPUBufferUsage.UNIFORM,
    );
    this.queue.writeBuffer(uniforms, 0, bytes);
    this['uniformPendingDisposal'].push(uniforms);

    const pipeline = this.pipelineOf(program);
    const bindGroup = this.device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: [{ binding: 0, resource: { buffer: uniforms } }, ...entries],
    });
    this.ensureCommandEncoderReady();
    this['computePassEncoder'] ??= this['commandEncoder'].beginComputePass();
    const pass = this['computePassEncoder'];
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindGroup);
    pass.dispatchWorkgroups(...foldGroups(call.groups));
    this.numDispatches += 1;
    this['dispatchCountInPass'] += 1;
    if (this['dispatchCountInPass'] >= PROGRAMS_PER_SUBMISSION) {
      this.endComputePassEncoder();
      this.submitQueue();
    }
  }

  /** A new tensor with undefined values. */
  allocate(shape: readonly number[], dtype: DataType = 'float32'): TensorInfo {
    return this.makeTensorInfo([...shape], dtype);
  }

  /** The same values as another tensor, without a copy; used by operations that update in place. */
  share(tensor: TensorInfo, shape: readonly number[] = tensor.shape): TensorInfo {
    this.incRef(tensor.dataId);
    return { dataId: tensor.dataId, shape: [...shape], dtype: tensor.dtype };
  }

  override runWebGPUProgram(
    ...call: Parameters<WebGPUBackend['runWebGPUProgram']>
  ): ReturnType<WebGPUBackend['runWebGPUProgram']> {
    this.health.check();
    if (util.sizeFromShape(call[0].outputShape) > 0) {
      this.numDispatches += 1;
    }
    return super.runWebGPUProgram(...call);
  }

  /** @throws RangeError when the tensor is larger than the device's largest buffer. */
  override uploadToGPU(dataId: object): void {
    const data = this.tensorMap.get(dataId);
    const { values, shape, dtype } = data;
    const size = util.sizeFromShape(shape);
    const limits = this.device.limits;
    const largest = Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);
    if (size * VALUE_BYTES > largest) {
      throw new RangeError(
        `useWebGpuBackend: a tensor must take at most ${inMiB(largest)} on this GPU, got ${inMiB(size * VALUE_BYTES)} for [${shape.join(', ')}]. Use a smaller batch or model.`,
      );
    }
    super.uploadToGPU(dataId);
    if (dtype === 'int32' && size <= MAX_KEPT_INTEGERS && values instanceof Int32Array) {
      data.values = values;
    }
  }

  override readSync(dataId: object): BackendValues {
    const data = this.tensorMap.get(dataId);
    const { readingNow } = this;
    if (data.values != null || data.dtype === 'complex64' || readingNow === 'canvas') {
      return super.readSync(dataId);
    }
    if (readingNow === 'impossible') {
      throw new BackendUnavailableError(
        'readSync: values that are on a software GPU must be awaited in a browser, got dataSync(). Use await tensor.data(), or another backend.',
      );
    }
    this.health.check();
    const buffer = data.resource as GPUBuffer;
    const staging = this.bufferManager.acquireBuffer(
      buffer.size,
      GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ,
    );
    this.ensureCommandEncoderReady();
    this.endComputePassEncoder();
    this['commandEncoder'].copyBufferToBuffer(buffer, 0, staging, 0, buffer.size);
    this.submitQueue();
    readingNow(staging);
    const bytes = staging.getMappedRange().slice(0);
    staging.unmap();
    this.bufferManager.releaseBuffer(staging);
    this.health.check();
    const values = util.convertBackendValuesAndArrayBuffer(bytes, data.dtype) as BackendValues;
    data.values = values;
    return values;
  }

  override async read(dataId: object): Promise<BackendValues> {
    this.health.check();
    try {
      return await super.read(dataId);
    } catch (error) {
      throw new BackendUnavailableError(
        `useWebGpuBackend: the GPU must hand out its results, got: ${String(error)}. Call useWebGpuBackend() again and load the model anew.`,
      );
    } finally {
      this.health.check();
    }
  }

  private pipelineOf(program: Program): GPUComputePipeline {
    const known = this.pipelines.get(program.key);
    if (known !== undefined) {
      return known;
    }
    const module = this.device.createShaderModule({ code: shaderOf(program), label: program.key });
    const made = this.device.createComputePipeline({
      label: program.key,
      layout: 'auto',
      compute: { module, entryPoint: 'start' },
    });
    this.pipelines.set(program.key, made);
    return made;
  }
}

/** TensorFlow.js hands programs to the GPU in lots of this size too. */
const PROGRAMS_PER_SUBMISSION = 15;

function inMiB(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}
