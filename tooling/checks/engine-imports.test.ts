import { describe, expect, it } from 'vitest';
import { engineImports } from './engine-imports.mjs';
import { exampleWorkspace } from './example-workspace.mjs';

describe('engineImports', () => {
  it('allows the core of TensorFlow.js to the model', () => {
    expect(
      engineImports(
        exampleWorkspace({ 'packages/ops/src/a.ts': "import { add } from '@tensorflow/tfjs-core';" }),
      ),
    ).toEqual([]);
  });

  it('refuses a backend, except in tests', () => {
    const text = "import '@tensorflow/tfjs-backend-cpu';";
    expect(engineImports(exampleWorkspace({ 'packages/training/src/a.ts': text }))).toEqual([
      'packages/training/src/a.ts:1: of TensorFlow.js only @tensorflow/tfjs-core may be imported, got @tensorflow/tfjs-backend-cpu. Backends are chosen by apps and tests.',
    ]);
    expect(engineImports(exampleWorkspace({ 'packages/training/src/a.test.ts': text }))).toEqual([]);
  });

  it('refuses any TensorFlow.js in core', () => {
    const text = "import type { Tensor } from '@tensorflow/tfjs-core';";
    expect(engineImports(exampleWorkspace({ 'packages/core/src/a.ts': text }))).toHaveLength(1);
  });

  it('refuses files inside tfjs-core, but for the gradients of ops', () => {
    const text = "import '@tensorflow/tfjs-core/dist/register_all_gradients';";
    expect(engineImports(exampleWorkspace({ 'packages/ops/src/gradients.ts': text }))).toEqual([]);
    expect(engineImports(exampleWorkspace({ 'packages/ops/src/linear.ts': text }))).toHaveLength(1);
  });

  it('leaves backends alone', () => {
    expect(
      engineImports(
        exampleWorkspace({ 'packages/backend-node/src/a.ts': "import '@tensorflow/tfjs-backend-wasm';" }),
      ),
    ).toEqual([]);
  });
});
