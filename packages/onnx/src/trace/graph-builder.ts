import type { AttributeValue, Initializer, OnnxNode, OnnxType, StoredValues } from '../format/onnx-graph';

/** Attributes of an operator by name. */
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** Collects operators and stored tensors. The same operator on the same inputs is taken once. */
export class GraphBuilder {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: Initializer[] = [];
  private readonly known = new Map<string, readonly string[]>();
  private readonly constants = new Map<string, string>();
  private counter = 0;

  /** Adds an operator with one output and names that. */
  node(operator: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.nodeOf(operator, inputs, attributes, 1)[0]!;
  }

  /** Adds an operator with several outputs. */
  nodeOf(
    operator: string,
    inputs: readonly string[],
    attributes: Attributes,
    numOutputs: number,
  ): readonly string[] {
    const key = JSON.stringify([operator, inputs, attributes, numOutputs]);
    const present = this.known.get(key);
    if (present !== undefined) {
      return present;
    }
    const stem = operator.toLowerCase();
    const outputs = Array.from({ length: numOutputs }, () => `${stem}_${this.counter++}`);
    this.nodes.push({ operator, inputs, outputs, attributes });
    this.known.set(key, outputs);
    return outputs;
  }

  /** An operator whose output has a given name. */
  nodeNamed(output: string, operator: string, inputs: readonly string[]): void {
    this.nodes.push({ operator, inputs, outputs: [output], attributes: {} });
  }

  /** Whole numbers `[n]` as int64, what shapes and axes are given as. */
  integers(values: readonly number[]): string {
    return this.shared(`int64 ${values.join()}`, () =>
      this.store('int64', [values.length], BigInt64Array.from(values, BigInt)),
    );
  }

  /** A single whole number `[]` as int64. */
  integer(value: number): string {
    return this.shared(`int64 scalar ${value}`, () =>
      this.store('int64', [], BigInt64Array.of(BigInt(value))),
    );
  }

  /** A single number `[]`. */
  scalar(value: number): string {
    return this.shared(`float32 ${value}`, () => this.store('float32', [], Float32Array.of(value)));
  }

  /** A tensor of values that are known now. */
  store(type: OnnxType, shape: readonly number[], values: StoredValues): string {
    const name = `constant_${this.counter++}`;
    this.initializers.push({ name, type, shape, values: () => values });
    return name;
  }

  /** A parameter of the model, stored once under its own name. */
  parameter(parameter: Initializer): string {
    if (!this.initializers.some(({ name }) => name === parameter.name)) {
      this.initializers.push({ ...parameter, isParameter: true });
    }
    return parameter.name;
  }

  /** A stored tensor that is made once for all who ask under the same key. */
  sharedTensor(key: string, shape: readonly number[], values: () => Float32Array): string {
    return this.shared(key, () => this.store('float32', shape, values()));
  }

  private shared(key: string, make: () => string): string {
    let name = this.constants.get(key);
    if (name === undefined) {
      name = make();
      this.constants.set(key, name);
    }
    return name;
  }
}
