import { packagePreset } from '@restok/tsup-preset';

export default packagePreset({ entry: ['src/index.ts', 'src/inception.ts', 'src/principal-components.ts'] });
