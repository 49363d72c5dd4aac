import type { OnnxGraph, OnnxPort } from '../format/onnx-graph';
import type { GraphBuilder } from './graph-builder';

/** Operators that the outputs of a graph depend on, in order, and the stored values that those need. */
export function usedPart(
  graph: GraphBuilder,
  outputs: readonly OnnxPort[],
): Pick<OnnxGraph, 'nodes' | 'initializers'> {
  const needed = new Set(outputs.map(({ name }) => name));
  const used = [...graph.nodes].reverse().filter((node) => {
    const isUsed = node.outputs.some((output) => needed.has(output));
    if (isUsed) {
      node.inputs.forEach((input) => needed.add(input));
    }
    return isUsed;
  });
  return {
    nodes: used.reverse(),
    initializers: graph.initializers.filter(({ name }) => needed.has(name)),
  };
}
