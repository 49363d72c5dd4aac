import { packagePreset } from '@restok/tsup-preset';
import { shareTfjsCore } from '@restok/tsup-preset/share-tfjs-core';

export default packagePreset({
  entry: ['src/index.ts', 'src/gradients.ts'],
  // Node cannot import these files of tfjs-core, so they become part of the gradients entry.
  noExternal: [/@tensorflow\/tfjs-core\/dist\//],
  esbuildPlugins: [shareTfjsCore(import.meta.url)],
});
