import { packagePreset } from '@restok/tsup-preset';

export default packagePreset({
  entry: ['src/index.ts', 'src/gradients.ts'],
  // Node cannot import these files of tfjs-core, so they become part of the gradients entry.
  noExternal: [/@tensorflow\/tfjs-core\/dist\//],
});
