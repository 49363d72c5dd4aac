import type { Module, Parameter } from '@restok/ops';
import { narrowToFloat16, widenFloat16 } from '@restok/hub';
import type { WeightType } from '../src/format/onnx-graph';
import { quantizeRows } from '../src/format/quantized-rows';
import { hasLongRows } from '../src/trace/store-parameter';

/** Gives a model the weights that a file of this type holds. */
export async function round(model: Module, weights: WeightType): Promise<void> {
  for (const [name, parameter] of model.namedParameters()) {
    parameter.load(await rounded(name, parameter, weights));
  }
}

async function rounded(name: string, parameter: Parameter, weights: WeightType): Promise<Float32Array> {
  const values = await parameter.published();
  if (weights === 'float16') {
    return widenFloat16(narrowToFloat16(values));
  }
  if (weights === 'float32' || !hasLongRows(parameter.publishedShape)) {
    return values;
  }
  const numRows = parameter.publishedShape[0]!;
  const { codes, scales } = quantizeRows(name, values, numRows);
  return Float32Array.from(codes, (code, i) => code * scales[Math.floor((i * numRows) / codes.length)]!);
}
