import type { DataId, DataType, TensorInfo } from '@tensorflow/tfjs-core';
import { engine } from '@tensorflow/tfjs-core';
import { ConfigError } from '@restok/core';
import type { OnnxType, StoredValues, WeightType } from '../format/onnx-graph';
import type { BoundParameter } from './bound-parameter';
import { GraphBuilder } from './graph-builder';
import { onnxTypeOf, storedValues } from './onnx-values';
import { SizeTensors } from './size-tensors';
import { storeParameter } from './store-parameter';
import type { SymbolicSizes } from './symbolic-sizes';
import { SymbolicConstantError } from './symbolic-sizes';

/** What a graph knows of a tensor: its name in one or both orders of axes. */
interface SymbolicValue {
  readonly shape: readonly number[];
  readonly dtype: DataType;
  /** Axes as in TensorFlow.js. */
  plain?: string;
  /** `[B, C, H, W]` of a tensor that is `[B, H, W, C]` in TensorFlow.js. */
  channelsFirst?: string;
  /** Queries, keys and values `[B, T, heads, Dh]` of a tensor that is `[B, T, D]` in TensorFlow.js. */
  heads?: readonly string[];
}

/** Values that TensorFlow.js handed over, which do not depend on the inputs. */
export interface ConstantValue {
  readonly values: Float32Array | Int32Array | Uint8Array;
  readonly shape: readonly number[];
  readonly dtype: DataType;
}

export interface TraceOptions {
  readonly sizes: SymbolicSizes;
  readonly parameters: readonly BoundParameter[];
  /** How parameters are stored; they are widened before use. */
  readonly weightType: WeightType;
  /** Whether reading an int32 tensor gives zeros, for functions that check ranges. */
  readonly integersReadAsZero: boolean;
  /** Values of constants that an earlier trace of the function stored, so that they are kept once. */
  readonly stored: WeakMap<DataId, StoredValues>;
}

/** Order of `[B, H, W, C]` that makes `[B, C, H, W]`, and back. */
const TO_CHANNELS_FIRST = [0, 3, 1, 2];
const TO_CHANNELS_LAST = [0, 2, 3, 1];
/** Orders between `[k, k, I, O]` and `[O, I, k, k]`. */
const TO_PUBLISHED_FILTER = [3, 2, 0, 1];
const FROM_PUBLISHED_FILTER = [2, 3, 1, 0];

/** One run of a function on symbolic tensors. */
export class Trace {
  readonly graph = new GraphBuilder();
  readonly sizes: SymbolicSizes;
  readonly sizeTensors: SizeTensors;
  private readonly values = new WeakMap<DataId, SymbolicValue>();
  private readonly bound: ReadonlyMap<DataId, BoundParameter>;

  constructor(
    readonly options: TraceOptions,
    private readonly constants: WeakMap<DataId, ConstantValue>,
  ) {
    this.sizes = options.sizes;
    this.sizeTensors = new SizeTensors(this.graph, this.sizes);
    this.bound = new Map(options.parameters.map((parameter) => [parameter.tensor.dataId, parameter]));
  }

  /** Makes a tensor that the graph knows under a name. */
  output(name: string, shape: readonly number[], dtype: DataType = 'float32'): TensorInfo {
    return this.info({ plain: name, shape, dtype });
  }

  /** Makes a `[B, H, W, C]` tensor whose name in the graph is one of `[B, C, H, W]`. */
  outputChannelsFirst(name: string, shape: readonly number[], dtype: DataType = 'float32'): TensorInfo {
    return this.info({ channelsFirst: name, shape, dtype });
  }

  /** The same values as another tensor. */
  alias(of: TensorInfo): TensorInfo {
    return this.info(this.valueOf(of));
  }

  /** The name of a tensor with its axes as in TensorFlow.js. */
  name(of: TensorInfo): string {
    const value = this.valueOf(of);
    value.plain ??=
      value.heads === undefined
        ? this.graph.node('Transpose', [value.channelsFirst!], { perm: TO_CHANNELS_LAST })
        : this.joined(value.heads, of);
    return value.plain;
  }

  /** Queries, keys and values `[B, T, heads, Dh]` of a packed tensor, where an operation left them apart. */
  headsOf(of: TensorInfo): readonly string[] | undefined {
    return this.valueOf(of).heads;
  }

  /** Makes a packed `[B, T, D]` tensor of queries, keys and values `[B, T, heads, Dh]` that stay apart. */
  outputHeads(heads: readonly string[], shape: readonly number[]): TensorInfo {
    return this.info({ heads, shape, dtype: 'float32' });
  }

  /** The name of a `[B, H, W, C]` tensor as `[B, C, H, W]`. */
  channelsFirst(of: TensorInfo): string {
    const value = this.valueOf(of);
    value.channelsFirst ??= this.graph.node('Transpose', [value.plain!], { perm: TO_CHANNELS_FIRST });
    return value.channelsFirst;
  }

  /** Whether a tensor exists as `[B, C, H, W]` already. */
  isChannelsFirst(of: TensorInfo): boolean {
    return this.valueOf(of).channelsFirst !== undefined;
  }

  /** The name of a filter `[k, k, I, O]` as `[O, I, k, k]`. */
  filter(of: TensorInfo): string {
    const parameter = this.bound.get(of.dataId);
    return parameter?.isPublishedFilter === true
      ? storeParameter(this.graph, parameter, this.options.weightType)
      : this.graph.node('Transpose', [this.name(of)], { perm: TO_PUBLISHED_FILTER });
  }

  /** Values for a function that reads them while it is traced. */
  read(dataId: DataId): Int32Array {
    const value = this.values.get(dataId);
    if (this.options.integersReadAsZero && value?.dtype === 'int32') {
      return new Int32Array(value.shape.reduce((product, side) => product * side, 1));
    }
    throw new ConfigError(
      'traceToOnnx: the function must not read values that depend on its inputs. Compute with tensor operations only, or set integersReadAsZero for checks of ranges.',
    );
  }

  private joined(heads: readonly string[], { shape }: TensorInfo): string {
    const joined = this.graph.node('Concat', heads, { axis: 2 });
    return this.graph.node('Reshape', [joined, this.graph.integers([0, 0, shape[2]!])]);
  }

  private info(value: SymbolicValue): TensorInfo {
    const dataId = {};
    this.values.set(dataId, value);
    return { dataId, shape: [...value.shape], dtype: value.dtype };
  }

  private valueOf(of: TensorInfo): SymbolicValue {
    let value = this.values.get(of.dataId);
    if (value === undefined) {
      value = { plain: this.storedName(of), shape: of.shape, dtype: of.dtype };
      this.values.set(of.dataId, value);
    }
    return value;
  }

  private storedName(of: TensorInfo): string {
    const parameter = this.bound.get(of.dataId);
    if (parameter !== undefined) {
      const name = storeParameter(this.graph, parameter, this.options.weightType);
      return parameter.isPublishedFilter
        ? this.graph.node('Transpose', [name], { perm: FROM_PUBLISHED_FILTER })
        : name;
    }
    return this.constantTensor(of);
  }

  private constantTensor(of: TensorInfo): string {
    const { shape, dtype } = of;
    const type = onnxTypeOf(dtype);
    if (shape.some((side) => this.sizes.isSymbolic(side))) {
      return this.repeated(this.valuesOf(of), shape, type);
    }
    if (shape.length === 0 && type === 'float32') {
      return this.graph.scalar(this.valuesOf(of)[0]!);
    }
    let stored = this.options.stored.get(of.dataId);
    if (stored === undefined) {
      stored = storedValues(this.valuesOf(of), type);
      this.options.stored.set(of.dataId, stored);
    }
    return this.graph.store(type, shape, stored);
  }

  private valuesOf({ dataId }: TensorInfo): ArrayLike<number> {
    return this.constants.get(dataId)?.values ?? (engine().readSync(dataId) as Float32Array);
  }

  /** A constant of a symbolic size: it must be one value throughout. */
  private repeated(values: ArrayLike<number>, shape: readonly number[], type: OnnxType): string {
    const first = values[0]!;
    for (let i = 1; i < values.length; i++) {
      if (values[i] !== first) {
        throw new SymbolicConstantError(
          shape,
          `traceToOnnx: the function makes a constant of the size [${shape.map((side) => this.sizes.sideOf(side)).join(', ')}] whose values differ. Make it of tensors, by broadcasting.`,
        );
      }
    }
    const single = this.graph.store(type, [], storedValues([first], type));
    return this.graph.node('Expand', [single, this.sizeTensors.shape(shape)]);
  }
}
