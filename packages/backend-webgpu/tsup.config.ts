import { packagePreset } from '@restok/tsup-preset';

export default packagePreset({
  entry: ['src/index.ts', 'src/start-up-test.ts', 'src/gpu.node.ts', 'src/gpu.browser.ts'],
  // Node gets Dawn, browsers do not: package.json maps the name by condition.
  external: ['#gpu'],
});
