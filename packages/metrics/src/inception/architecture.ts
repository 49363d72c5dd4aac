/** A convolution, batch norm and ReLU. */
export interface ConvStep {
  readonly kind: 'conv';
  /** As in torchvision, inside its block. */
  readonly name: string;
  readonly outputs: number;
  /** Rows and columns. */
  readonly kernel: readonly [number, number];
  readonly stride: 1 | 2;
  readonly padding: 'same' | 'valid';
}

/** A pool of 3 x 3: of the same size with stride 1, without padding with stride 2. */
export interface PoolStep {
  readonly kind: 'average' | 'max';
  readonly stride: 1 | 2;
}

/** Two convolutions of the same input, side by side. */
export interface SplitStep {
  readonly kind: 'split';
  readonly parts: readonly [ConvStep, ConvStep];
}

export type Step = ConvStep | PoolStep | SplitStep;

/** Branches that see the same input and whose channels are joined in their order. */
export interface Block {
  /** As in torchvision; empty for the layers before the first block. */
  readonly name: string;
  readonly branches: readonly (readonly Step[])[];
}

type Kernel = readonly [number, number];

const conv = (name: string, outputs: number, kernel: Kernel = [1, 1]): ConvStep => ({
  kind: 'conv',
  name,
  outputs,
  kernel,
  stride: 1,
  padding: 'same',
});

const unpadded = (name: string, outputs: number, stride: 1 | 2): ConvStep => ({
  ...conv(name, outputs, [3, 3]),
  stride,
  padding: 'valid',
});

const halve: PoolStep = { kind: 'max', stride: 2 };

/**
 * Averages count only what lies inside the picture, as TensorFlow's do; torchvision's own network counts the
 * padding.
 */
const average: PoolStep = { kind: 'average', stride: 1 };

const stem: Block = {
  name: '',
  branches: [
    [
      unpadded('Conv2d_1a_3x3', 32, 2),
      unpadded('Conv2d_2a_3x3', 32, 1),
      conv('Conv2d_2b_3x3', 64, [3, 3]),
      halve,
      conv('Conv2d_3b_1x1', 80),
      unpadded('Conv2d_4a_3x3', 192, 1),
      halve,
    ],
  ],
};

function blockA(name: string, poolOutputs: number): Block {
  return {
    name,
    branches: [
      [conv('branch1x1', 64)],
      [conv('branch5x5_1', 48), conv('branch5x5_2', 64, [5, 5])],
      [conv('branch3x3dbl_1', 64), conv('branch3x3dbl_2', 96, [3, 3]), conv('branch3x3dbl_3', 96, [3, 3])],
      [average, conv('branch_pool', poolOutputs)],
    ],
  };
}

const blockB: Block = {
  name: 'Mixed_6a',
  branches: [
    [unpadded('branch3x3', 384, 2)],
    [conv('branch3x3dbl_1', 64), conv('branch3x3dbl_2', 96, [3, 3]), unpadded('branch3x3dbl_3', 96, 2)],
    [halve],
  ],
};

function blockC(name: string, inner: number): Block {
  return {
    name,
    branches: [
      [conv('branch1x1', 192)],
      [conv('branch7x7_1', inner), conv('branch7x7_2', inner, [1, 7]), conv('branch7x7_3', 192, [7, 1])],
      [
        conv('branch7x7dbl_1', inner),
        conv('branch7x7dbl_2', inner, [7, 1]),
        conv('branch7x7dbl_3', inner, [1, 7]),
        conv('branch7x7dbl_4', inner, [7, 1]),
        conv('branch7x7dbl_5', 192, [1, 7]),
      ],
      [average, conv('branch_pool', 192)],
    ],
  };
}

const blockD: Block = {
  name: 'Mixed_7a',
  branches: [
    [conv('branch3x3_1', 192), unpadded('branch3x3_2', 320, 2)],
    [
      conv('branch7x7x3_1', 192),
      conv('branch7x7x3_2', 192, [1, 7]),
      conv('branch7x7x3_3', 192, [7, 1]),
      unpadded('branch7x7x3_4', 192, 2),
    ],
    [halve],
  ],
};

function blockE(name: string, pool: PoolStep): Block {
  const split = (prefix: string): SplitStep => ({
    kind: 'split',
    parts: [conv(`${prefix}a`, 384, [1, 3]), conv(`${prefix}b`, 384, [3, 1])],
  });
  return {
    name,
    branches: [
      [conv('branch1x1', 320)],
      [conv('branch3x3_1', 384), split('branch3x3_2')],
      [conv('branch3x3dbl_1', 448), conv('branch3x3dbl_2', 384, [3, 3]), split('branch3x3dbl_3')],
      [pool, conv('branch_pool', 192)],
    ],
  };
}

/** The block whose first convolution sFID looks at: `mixed_6/conv` of the TensorFlow graph. */
export const SPATIAL_BLOCK = 'Mixed_6d';

/** Channels of it that sFID takes. */
export const SPATIAL_CHANNELS = 7;

/** Channels of the last block. */
export const POOLED_CHANNELS = 2048;

/** Classes of the 2015 network; torchvision's has 1000. */
export const NUM_CLASSES = 1008;

/**
 * The Inception V3 network of 2015 that FID is defined with.
 *
 * @source C. Szegedy et al., arXiv 1512.00567; method.md, section 10.
 * @asIs The last block pools by maximum where the one before it averages; the weights were trained so.
 */
export const blocks: readonly Block[] = [
  stem,
  blockA('Mixed_5b', 32),
  blockA('Mixed_5c', 64),
  blockA('Mixed_5d', 64),
  blockB,
  blockC('Mixed_6b', 128),
  blockC('Mixed_6c', 160),
  blockC('Mixed_6d', 160),
  blockC('Mixed_6e', 192),
  blockD,
  blockE('Mixed_7b', average),
  blockE('Mixed_7c', { kind: 'max', stride: 1 }),
];
