import type { WeightType } from '../format/onnx-graph';
import type { QuantizedRows } from '../format/quantized-rows';
import { quantizeRows } from '../format/quantized-rows';
import type { BoundParameter } from './bound-parameter';
import type { GraphBuilder } from './graph-builder';

/** Rows shorter than this stay as they are: a scale takes as much room as four values, and codebooks have such rows. */
const SHORTEST_QUANTIZED_ROW = 16;

/** Puts a parameter into a graph under its own name, once, and gives the name of its values in single precision. */
export function storeParameter(graph: GraphBuilder, parameter: BoundParameter, type: WeightType): string {
  if (type === 'int8') {
    return hasLongRows(parameter.storedShape)
      ? storeQuantized(graph, parameter)
      : storeAs(graph, parameter, 'float32');
  }
  const name = storeAs(graph, parameter, type);
  return type === 'float16' ? graph.node('Cast', [name], { to: 1 }) : name;
}

function storeAs(graph: GraphBuilder, parameter: BoundParameter, type: 'float32' | 'float16'): string {
  return graph.parameter({
    name: parameter.name,
    type,
    shape: parameter.storedShape,
    values: () => parameter.values(),
  });
}

/** Eight bits a value, and one scale for each output of a linear layer or convolution. */
function storeQuantized(graph: GraphBuilder, { name, storedShape, values }: BoundParameter): string {
  const numRows = storedShape[0]!;
  // The codes are large and come first, the scales are few: those are kept until their turn.
  let kept: Float32Array | undefined;
  const quantized = async (): Promise<QuantizedRows> => {
    const rows = quantizeRows(name, await values(), numRows);
    kept = rows.scales;
    return rows;
  };
  const codes = graph.parameter({
    name,
    type: 'int8',
    shape: storedShape,
    values: async () => (await quantized()).codes,
  });
  const scales = graph.parameter({
    name: `${name}.scale`,
    type: 'float32',
    shape: [numRows],
    values: async () => kept ?? (await quantized()).scales,
  });
  return graph.node('DequantizeLinear', [codes, scales], { axis: 0 });
}

/** Whether the rows of a matrix or filter are worth a scale each. */
export function hasLongRows(shape: readonly number[]): boolean {
  const [numRows = 0, ...row] = shape;
  return numRows > 1 && row.reduce((product, side) => product * side, 1) >= SHORTEST_QUANTIZED_ROW;
}
