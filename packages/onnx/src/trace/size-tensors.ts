import type { GraphBuilder } from './graph-builder';
import type { SymbolicSizes } from './symbolic-sizes';

/** Shapes inside a graph, made of the symbolic sizes that it reads when it runs. */
export class SizeTensors {
  /** Where each size can be read: `[1]` int64. */
  private readonly tensors = new Map<string, string>();

  constructor(
    private readonly graph: GraphBuilder,
    private readonly sizes: SymbolicSizes,
  ) {}

  /** Says where a symbolic size can be read; the first place counts. */
  define(name: string, tensor: () => string): void {
    if (!this.tensors.has(name)) {
      this.tensors.set(name, tensor());
    }
  }

  /** A shape as an int64 tensor, computed in the graph where it has symbolic sizes. */
  shape(shape: readonly number[]): string {
    const parts: string[] = [];
    let fixed: number[] = [];
    const flush = (): void => {
      if (fixed.length > 0) {
        parts.push(this.graph.integers(fixed));
        fixed = [];
      }
    };
    for (const size of shape) {
      const { fixed: factor, names } = this.sizes.factors(size);
      if (names.length === 0) {
        fixed.push(size);
        continue;
      }
      flush();
      const tensors = names.map((name) => this.tensors.get(name)!);
      const all = factor === 1 ? tensors : [this.graph.integers([factor]), ...tensors];
      parts.push(all.reduce((product, tensor) => this.graph.node('Mul', [product, tensor])));
    }
    flush();
    return parts.length === 1 ? parts[0]! : this.graph.node('Concat', parts, { axis: 0 });
  }
}
