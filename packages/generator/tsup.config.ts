import { packagePreset } from '@restok/tsup-preset';

export default packagePreset();
