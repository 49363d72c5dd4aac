import { packagePreset } from '@restok/tsup-preset';

export default packagePreset({
  // The second is for smoke tests, which run under plain Node, where vitest cannot be imported.
  entry: ['src/index.ts', 'src/tiny-configs.ts'],
});
