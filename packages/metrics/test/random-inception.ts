import type { StoredTensor } from './inception-by-definition';

/** Name in torchvision, name in the graph of 2015, and the filter's `[outputs, inputs, rows, columns]`. */
export type ConvNames = readonly [
  torch: string,
  graph: string,
  filter: readonly [number, number, number, number],
];

const stem: readonly ConvNames[] = [
  ['Conv2d_1a_3x3', 'conv', [32, 3, 3, 3]],
  ['Conv2d_2a_3x3', 'conv_1', [32, 32, 3, 3]],
  ['Conv2d_2b_3x3', 'conv_2', [64, 32, 3, 3]],
  ['Conv2d_3b_1x1', 'conv_3', [80, 64, 1, 1]],
  ['Conv2d_4a_3x3', 'conv_4', [192, 80, 3, 3]],
];

const blockA = (inputs: number, pooled: number): ConvNames[] => [
  ['branch1x1', 'conv', [64, inputs, 1, 1]],
  ['branch5x5_1', 'tower/conv', [48, inputs, 1, 1]],
  ['branch5x5_2', 'tower/conv_1', [64, 48, 5, 5]],
  ['branch3x3dbl_1', 'tower_1/conv', [64, inputs, 1, 1]],
  ['branch3x3dbl_2', 'tower_1/conv_1', [96, 64, 3, 3]],
  ['branch3x3dbl_3', 'tower_1/conv_2', [96, 96, 3, 3]],
  ['branch_pool', 'tower_2/conv', [pooled, inputs, 1, 1]],
];

const blockB: readonly ConvNames[] = [
  ['branch3x3', 'conv', [384, 288, 3, 3]],
  ['branch3x3dbl_1', 'tower/conv', [64, 288, 1, 1]],
  ['branch3x3dbl_2', 'tower/conv_1', [96, 64, 3, 3]],
  ['branch3x3dbl_3', 'tower/conv_2', [96, 96, 3, 3]],
];

const blockC = (inner: number): ConvNames[] => [
  ['branch1x1', 'conv', [192, 768, 1, 1]],
  ['branch7x7_1', 'tower/conv', [inner, 768, 1, 1]],
  ['branch7x7_2', 'tower/conv_1', [inner, inner, 1, 7]],
  ['branch7x7_3', 'tower/conv_2', [192, inner, 7, 1]],
  ['branch7x7dbl_1', 'tower_1/conv', [inner, 768, 1, 1]],
  ['branch7x7dbl_2', 'tower_1/conv_1', [inner, inner, 7, 1]],
  ['branch7x7dbl_3', 'tower_1/conv_2', [inner, inner, 1, 7]],
  ['branch7x7dbl_4', 'tower_1/conv_3', [inner, inner, 7, 1]],
  ['branch7x7dbl_5', 'tower_1/conv_4', [192, inner, 1, 7]],
  ['branch_pool', 'tower_2/conv', [192, 768, 1, 1]],
];

const blockD: readonly ConvNames[] = [
  ['branch3x3_1', 'tower/conv', [192, 768, 1, 1]],
  ['branch3x3_2', 'tower/conv_1', [320, 192, 3, 3]],
  ['branch7x7x3_1', 'tower_1/conv', [192, 768, 1, 1]],
  ['branch7x7x3_2', 'tower_1/conv_1', [192, 192, 1, 7]],
  ['branch7x7x3_3', 'tower_1/conv_2', [192, 192, 7, 1]],
  ['branch7x7x3_4', 'tower_1/conv_3', [192, 192, 3, 3]],
];

const blockE = (inputs: number): ConvNames[] => [
  ['branch1x1', 'conv', [320, inputs, 1, 1]],
  ['branch3x3_1', 'tower/conv', [384, inputs, 1, 1]],
  ['branch3x3_2a', 'tower/mixed/conv', [384, 384, 1, 3]],
  ['branch3x3_2b', 'tower/mixed/conv_1', [384, 384, 3, 1]],
  ['branch3x3dbl_1', 'tower_1/conv', [448, inputs, 1, 1]],
  ['branch3x3dbl_2', 'tower_1/conv_1', [384, 448, 3, 3]],
  ['branch3x3dbl_3a', 'tower_1/mixed/conv', [384, 384, 1, 3]],
  ['branch3x3dbl_3b', 'tower_1/mixed/conv_1', [384, 384, 3, 1]],
  ['branch_pool', 'tower_2/conv', [192, inputs, 1, 1]],
];

const inBlock = (torch: string, graph: string, convs: readonly ConvNames[]): ConvNames[] =>
  convs.map(([torchName, graphName, filter]) => [`${torch}.${torchName}`, `${graph}/${graphName}`, filter]);

/** All 94 convolutions, written out apart from the network's own tables. */
export const convNames: readonly ConvNames[] = [
  ...stem,
  ...inBlock('Mixed_5b', 'mixed', blockA(192, 32)),
  ...inBlock('Mixed_5c', 'mixed_1', blockA(256, 64)),
  ...inBlock('Mixed_5d', 'mixed_2', blockA(288, 64)),
  ...inBlock('Mixed_6a', 'mixed_3', blockB),
  ...inBlock('Mixed_6b', 'mixed_4', blockC(128)),
  ...inBlock('Mixed_6c', 'mixed_5', blockC(160)),
  ...inBlock('Mixed_6d', 'mixed_6', blockC(160)),
  ...inBlock('Mixed_6e', 'mixed_7', blockC(192)),
  ...inBlock('Mixed_7a', 'mixed_8', blockD),
  ...inBlock('Mixed_7b', 'mixed_9', blockE(1280)),
  ...inBlock('Mixed_7c', 'mixed_10', blockE(2048)),
];

/** Weights that keep signals alive through all layers, as the file of pytorch-fid names them. */
export function randomTorchWeights(): Map<string, StoredTensor> {
  const tensors = new Map<string, StoredTensor>();
  let state = 12345;
  const uniform = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const fill = (shape: readonly number[], draw: () => number): StoredTensor => {
    const values = new Float32Array(shape.reduce((size, side) => size * side, 1));
    for (let i = 0; i < values.length; i++) {
      values[i] = draw();
    }
    return { shape, values };
  };
  for (const [name, , filter] of convNames) {
    const [outputs, inputs, rows, columns] = filter;
    const bound = Math.sqrt(6 / (inputs * rows * columns));
    tensors.set(
      `${name}.conv.weight`,
      fill(filter, () => bound * (2 * uniform() - 1)),
    );
    tensors.set(
      `${name}.bn.weight`,
      fill([outputs], () => 0.5 + uniform()),
    );
    tensors.set(
      `${name}.bn.bias`,
      fill([outputs], () => 0.2 * (uniform() - 0.5)),
    );
    tensors.set(
      `${name}.bn.running_mean`,
      fill([outputs], () => 0.2 * (uniform() - 0.5)),
    );
    tensors.set(
      `${name}.bn.running_var`,
      fill([outputs], () => 0.5 + uniform()),
    );
  }
  tensors.set(
    'fc.weight',
    fill([1008, 2048], () => 0.05 * (uniform() - 0.5)),
  );
  tensors.set(
    'fc.bias',
    fill([1008], () => uniform()),
  );
  return tensors;
}

/** The same weights as the graph of 2015 holds them: other names, filters `[rows, columns, inputs, outputs]`. */
export function asGraph(torch: ReadonlyMap<string, StoredTensor>): Map<string, StoredTensor> {
  const tensors = new Map<string, StoredTensor>();
  for (const [torchName, graphName, [outputs, inputs, rows, columns]] of convNames) {
    const from = torch.get(`${torchName}.conv.weight`)!.values;
    const values = new Float32Array(from.length);
    let at = 0;
    for (let o = 0; o < outputs; o++) {
      for (let i = 0; i < inputs; i++) {
        for (let r = 0; r < rows; r++) {
          for (let c = 0; c < columns; c++) {
            values[((r * columns + c) * inputs + i) * outputs + o] = from[at++]!;
          }
        }
      }
    }
    tensors.set(`${graphName}/conv2d_params`, { shape: [rows, columns, inputs, outputs], values });
    for (const [torchPart, graphPart] of [
      ['weight', 'gamma'],
      ['bias', 'beta'],
      ['running_mean', 'moving_mean'],
      ['running_var', 'moving_variance'],
    ] as const) {
      tensors.set(`${graphName}/batchnorm/${graphPart}`, torch.get(`${torchName}.bn.${torchPart}`)!);
    }
  }
  const classifier = torch.get('fc.weight')!.values;
  const transposed = Float32Array.from(
    { length: classifier.length },
    (_, i) => classifier[(i % 1008) * 2048 + Math.floor(i / 1008)]!,
  );
  tensors.set('softmax/weights', { shape: [2048, 1008], values: transposed });
  tensors.set('softmax/biases', torch.get('fc.bias')!);
  return tensors;
}
