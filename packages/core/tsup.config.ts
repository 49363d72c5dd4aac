import { packagePreset } from '@restok/tsup-preset';

// Errors and random numbers apart from the configs, whose libraries threads and programs should not have to load.
export default packagePreset({ entry: ['src/index.ts', 'src/errors.ts', 'src/random.ts'] });
