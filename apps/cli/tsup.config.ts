import { packagePreset } from '@restok/tsup-preset';

export default packagePreset({ entry: ['src/index.ts', 'src/restok.ts', 'src/shard-process.ts'] });
