import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';

/** Files that replace modules, load a library anew, use up all memory or own a graphics device: each gets a process of its own. */
const alone = [
  'apps/cli/src/commands/doctor-webgpu.test.ts',
  'apps/cli/src/commands/backend-webgpu.test.ts',
  'packages/backend-node/src/gemm/blas-library.test.ts',
  'packages/backend-node/src/heap.test.ts',
  'packages/backend-webgpu/**/*.test.ts',
  'packages/hub/src/write-together.test.ts',
  'packages/training/src/checkpoint.test.ts',
];

/** Those hold a program to a time, so they run when all others are done. */
const timed = ['apps/cli/test/built-program.test.ts'];

/** Those drive a browser and have a command of their own. */
const browser = '**/*.browser.test.ts';

const root = fileURLToPath(new URL('.', import.meta.url));

export default defineConfig({
  resolve: {
    // Unit tests run on source: "@restok/x" is packages/x/src/index.ts.
    alias: [
      { find: '#folder-source', replacement: `${root}packages/hub/src/folder-source.node.ts` },
      { find: '#onnx-platform', replacement: `${root}packages/onnx/src/platform.node.ts` },
      { find: '#gpu', replacement: `${root}packages/backend-webgpu/src/gpu.node.ts` },
      { find: '@restok/core/errors', replacement: `${root}packages/core/src/errors.ts` },
      { find: '@restok/core/random', replacement: `${root}packages/core/src/random.ts` },
      { find: '@restok/backend-node/portable', replacement: `${root}packages/backend-node/src/portable.ts` },
      {
        find: '@restok/backend-webgpu/start-up-test',
        replacement: `${root}packages/backend-webgpu/src/start-up-test.ts`,
      },
      { find: '@restok/hub/node', replacement: `${root}packages/hub/src/node.ts` },
      { find: '@restok/ops/gradients', replacement: `${root}packages/ops/src/gradients.ts` },
      {
        find: '@restok/metrics/principal-components',
        replacement: `${root}packages/metrics/src/principal-components.ts`,
      },
      { find: '@restok/metrics/inception', replacement: `${root}packages/metrics/src/inception.ts` },
      { find: '@restok/trainer', replacement: `${root}apps/trainer/src/index.ts` },
      { find: /^@restok\/([a-z-]+)\/browser$/, replacement: `${root}packages/$1/src/browser.ts` },
      { find: /^@restok\/([a-z-]+)$/, replacement: `${root}packages/$1/src/index.ts` },
    ],
  },
  test: {
    pool: 'forks',
    // tfjs-core registers its gradients from files that only a bundler can import.
    server: { deps: { inline: [/@tensorflow/] } },
    setupFiles: [`${root}packages/testing/src/equal-bytes.ts`],
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'shared',
          include: ['{packages,apps}/*/{src,test}/**/*.test.ts', 'tooling/**/*.test.ts'],
          exclude: [...configDefaults.exclude, browser, ...alone, ...timed],
          // Reading TensorFlow.js takes two seconds, so the files of a process share it.
          isolate: false,
        },
      },
      {
        extends: true,
        test: { name: 'alone', include: alone, exclude: [...configDefaults.exclude, browser] },
      },
      { extends: true, test: { name: 'timed', include: timed, sequence: { groupOrder: 1 } } },
    ],
  },
});
