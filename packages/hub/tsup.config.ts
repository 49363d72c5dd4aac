import { packagePreset } from '@restok/tsup-preset';

export default packagePreset({
  entry: ['src/index.ts', 'src/node.ts', 'src/folder-source.node.ts', 'src/folder-source.browser.ts'],
  // Node gets folders, browsers do not: package.json maps the name by condition.
  external: ['#folder-source'],
});
