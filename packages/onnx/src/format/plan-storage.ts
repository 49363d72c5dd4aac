import type { Placement } from './encode-model';
import type { Initializer, OnnxGraph } from './onnx-graph';
import { byteLengthOf } from './onnx-graph';

/** Tensors below this many bytes stay in the model: shapes and the like, which runtimes look at while loading. */
const SMALLEST_EXTERNAL = 1024;

/** Starts of larger tensors, so that they can be mapped into memory: a page. */
const ALIGNMENT = 4096;

/** A tensor in the file of weights. */
export interface StoredTensor {
  readonly initializer: Initializer;
  readonly offset: number;
  readonly length: number;
}

/** Which bytes go where, for graphs that share a file of weights. */
export interface StoragePlan {
  /** In the order of their offsets. */
  readonly stored: readonly StoredTensor[];
  /** Of each graph: tensors that stay in it. */
  readonly inline: ReadonlyMap<OnnxGraph, readonly Initializer[]>;
  /** Of each graph: where its other tensors are, by name. */
  readonly external: ReadonlyMap<OnnxGraph, ReadonlyMap<string, Placement>>;
}

/** Lays out the tensors of some graphs; a parameter that several of them use is stored once. */
export function planStorage(graphs: readonly OnnxGraph[], dataFile: string): StoragePlan {
  const stored: StoredTensor[] = [];
  const parameters = new Map<string, StoredTensor>();
  const inline = new Map<OnnxGraph, Initializer[]>();
  const external = new Map<OnnxGraph, Map<string, Placement>>();
  let end = 0;
  for (const graph of graphs) {
    const places = new Map<string, Placement>();
    inline.set(graph, []);
    external.set(graph, places);
    for (const initializer of graph.initializers) {
      const length = byteLengthOf(initializer);
      if (length < SMALLEST_EXTERNAL) {
        inline.get(graph)!.push(initializer);
        continue;
      }
      let tensor = initializer.isParameter === true ? parameters.get(initializer.name) : undefined;
      if (tensor === undefined) {
        tensor = { initializer, offset: Math.ceil(end / ALIGNMENT) * ALIGNMENT, length };
        stored.push(tensor);
        end = tensor.offset + length;
        if (initializer.isParameter === true) {
          parameters.set(initializer.name, tensor);
        }
      }
      places.set(initializer.name, { file: dataFile, offset: tensor.offset, length });
    }
  }
  return { stored, inline, external };
}
