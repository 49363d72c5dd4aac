import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { concat, reshape, tensor1d, tidy } from '@tensorflow/tfjs-core';
import type { Parameter, TokenMap } from '@restok/ops';
import { gatherRows, mixTokens, Module, normal, tokenMap } from '@restok/ops';
import type { InputSource } from './sequence-layout';

/** Standard deviation of new embeddings. @source method.md, section 7. */
const DEVIATION = 0.02;

/** What is known when inputs are embedded: labels `[B]`, and latents `[B, stride]` of which some are known. */
export interface KnownInputs {
  readonly labels: readonly number[];
  readonly latents: Int32Array;
  readonly stride: number;
}

/** A table of rows to look up (`tok_embeddings.weight`). */
export class EmbeddingTable extends Module {
  readonly table: Parameter;

  constructor(rows: number, width: number) {
    super();
    this.table = this.parameter('weight', [rows, width], normal(DEVIATION));
  }
}

/** Order in which the rows of each kind are looked up. */
const KINDS = ['class', 'latent', 'special'] as const;

/** Embeddings of the class, of latents and of special tokens, put in the order of a sequence. */
export class InputEmbedding {
  private readonly orders = new WeakMap<readonly InputSource[], TokenMap>();

  constructor(private readonly tables: Readonly<Record<InputSource['kind'], Parameter | undefined>>) {}

  /**
   * @param inputs what stands at each of the T positions.
   * @returns `[B, T, D]`, owned by the caller.
   */
  forward(inputs: readonly InputSource[], known: KnownInputs): Tensor3D {
    return tidy(() => {
      const parts = KINDS.map((kind) => this.lookUp(kind, inputs, known)).filter(
        (part) => part !== undefined,
      );
      const grouped = parts.length === 1 ? parts[0]! : concat(parts, 1);
      return isGrouped(inputs) ? grouped : mixTokens(grouped, this.orderOf(inputs));
    });
  }

  /** Rows of one kind in the order in which the inputs name them, `[B, n, D]`. */
  private lookUp(
    kind: InputSource['kind'],
    inputs: readonly InputSource[],
    { labels, latents, stride }: KnownInputs,
  ): Tensor3D | undefined {
    const named = inputs.filter((input) => input.kind === kind);
    const table = this.tables[kind];
    if (named.length === 0 || table === undefined) {
      return undefined;
    }
    const rows = labels.flatMap((label, sample) =>
      named.map((input) =>
        input.kind === 'class'
          ? label
          : input.kind === 'special'
            ? input.index
            : latents[sample * stride + input.index]!,
      ),
    );
    const found = gatherRows(table.as<Tensor2D>(), tensor1d(rows, 'int32'));
    return reshape(found, [labels.length, named.length, found.shape[1]]);
  }

  private orderOf(inputs: readonly InputSource[]): TokenMap {
    let order = this.orders.get(inputs);
    if (order === undefined) {
      const places = KINDS.flatMap((kind) =>
        inputs.flatMap((input, position) => (input.kind === kind ? [position] : [])),
      );
      const outputs = inputs.map((_, position) => [{ source: places.indexOf(position), weight: 1 }]);
      order = tokenMap(inputs.length, outputs);
      this.orders.set(inputs, order);
    }
    return order;
  }
}

/** Whether the inputs already stand in the order of their kinds. */
function isGrouped(inputs: readonly InputSource[]): boolean {
  const ranks = inputs.map(({ kind }) => KINDS.indexOf(kind));
  return ranks.every((rank, i) => i === 0 || rank >= ranks[i - 1]!);
}
