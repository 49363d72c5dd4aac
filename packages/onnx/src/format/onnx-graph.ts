/** Element types that graphs use, with ONNX's numbers for them. */
export const onnxTypes = { float32: 1, int8: 3, int32: 6, int64: 7, bool: 9, float16: 10 } as const;

export type OnnxType = keyof typeof onnxTypes;

/** Attributes of an operator: whole numbers and lists of them as ints, `{ float }` as a float, text as a string. */
export type AttributeValue = number | readonly number[] | string | { readonly float: number };

/** One operator of a graph. */
export interface OnnxNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

/** A side of a tensor: a number, or the name of a size that is known only when the graph runs. */
export type Side = number | string;

/** An input or output of a graph. */
export interface OnnxPort {
  readonly name: string;
  readonly type: OnnxType;
  readonly shape: readonly Side[];
}

/** A tensor that is stored with the graph; its values are asked for when their turn comes. */
export interface Initializer {
  readonly name: string;
  readonly type: OnnxType;
  readonly shape: readonly number[];
  /** Whether its name stands for the same values in every graph of a model. */
  readonly isParameter?: boolean;
  /** Values in the order of the shape, as little-endian bytes are made of them. */
  values(): StoredValues | Promise<StoredValues>;
}

export type StoredValues = Float32Array | Int8Array | Int32Array | BigInt64Array | Uint8Array | Uint16Array;

/** A whole graph. */
export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly inputs: readonly OnnxPort[];
  readonly outputs: readonly OnnxPort[];
  readonly initializers: readonly Initializer[];
}

/** Bytes of one element. */
function bytesPerElement(type: OnnxType): number {
  return { float32: 4, int8: 1, int32: 4, int64: 8, bool: 1, float16: 2 }[type];
}

/** Bytes of a stored tensor. */
export function byteLengthOf({ type, shape }: Pick<Initializer, 'type' | 'shape'>): number {
  return shape.reduce((product, side) => product * side, bytesPerElement(type));
}

/** How parameters of a graph are stored. */
export type WeightType = 'float32' | 'float16' | 'int8';
