/**
 * The suites that hold this repository against the authors' numbers, forward and backward, below the folder of all
 * packages. They wait for values, so they also run in a page on an emulated card.
 */
export const paritySuites = [
  'quantizer/src/parity.test.ts',
  'vit/src/rotation-parity.test.ts',
  'tokenizer/src/pixel-cnn/parity.test.ts',
  'tokenizer/src/parity.test.ts',
  'tokenizer/src/loss-step-parity.test.ts',
  'generator/src/parity.test.ts',
  'training/test/optim-parity.test.ts',
  'training/test/loss-parity.test.ts',
] as const;
