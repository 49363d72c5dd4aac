import { packagePreset } from '@restok/tsup-preset';

export default packagePreset({
  entry: ['src/index.ts', 'src/browser.ts', 'src/platform.node.ts', 'src/platform.browser.ts'],
  // Node has folders and another runtime than browsers: package.json maps the name by condition.
  external: ['#onnx-platform'],
});
