/** Files of an exported tokenizer. The two graphs that decode share their weights. */
export const tokenizerFiles = {
  encode: { graph: 'encode.onnx', data: 'encode.onnx.data' },
  decode: { graph: 'decode.onnx', data: 'decode.onnx.data' },
  decodeCodes: { graph: 'decode-codes.onnx', data: 'decode.onnx.data' },
} as const;

/** Files of an exported generator. */
export const generatorFiles = { step: { graph: 'step.onnx', data: 'step.onnx.data' } } as const;

/** Names of a layer's cache as it goes in and comes out. */
export const cacheNames = {
  past: (layer: number) => [`past_keys.${layer}`, `past_values.${layer}`] as const,
  present: (layer: number) => [`present_keys.${layer}`, `present_values.${layer}`] as const,
};
