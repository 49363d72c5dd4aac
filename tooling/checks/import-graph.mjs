/**
 * Who may import whom: each package with what stands directly below it. A package may also import whatever is
 * below those. Apps stand on top; `testing` is for tests only.
 *
 * @type {Readonly<Record<string, readonly string[]>>}
 */
export const directImports = {
  core: [],
  ops: ['core'],
  vit: ['ops'],
  quantizer: ['ops'],
  metrics: ['core'],
  data: ['core'],
  hub: ['core'],
  tokenizer: ['vit', 'quantizer', 'hub'],
  generator: ['ops', 'hub'],
  onnx: ['tokenizer', 'generator'],
  training: ['tokenizer', 'generator', 'metrics', 'data'],
  'backend-node': ['ops'],
  'backend-webgpu': ['ops'],
  testing: ['ops', 'hub', 'backend-node'],
  trainer: ['training', 'backend-node'],
  // Of backend-node the part that runs in browsers; Vite's build fails on the rest.
  demo: ['tokenizer', 'generator', 'onnx', 'training', 'backend-webgpu', 'backend-node'],
  cli: ['tokenizer', 'generator', 'trainer', 'metrics', 'data', 'onnx', 'backend-node', 'backend-webgpu'],
};

/** What tests may import on top of that: helpers, and a backend to run on. */
export const importsOfTests = ['testing', 'backend-node', 'backend-webgpu'];

/**
 * Everything that stands below a package.
 *
 * @param {string} shortName
 * @returns {Set<string>}
 */
export function packagesBelow(shortName) {
  const below = new Set();
  const waiting = [...(directImports[shortName] ?? [])];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (!below.has(next)) {
      below.add(next);
      waiting.push(...(directImports[next] ?? []));
    }
  }
  return below;
}

/** Packages that run in a browser tab as they are. */
export const browserPackages = [
  'core',
  'ops',
  'vit',
  'quantizer',
  'tokenizer',
  'generator',
  'hub',
  'metrics',
  'onnx',
  'backend-webgpu',
];

/** Packages of the model and its training: of TensorFlow.js they know the core alone. */
export const corePackages = [
  ...browserPackages.filter((name) => name !== 'backend-webgpu'),
  'data',
  'training',
];
