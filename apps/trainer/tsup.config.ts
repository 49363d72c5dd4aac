import { packagePreset } from '@restok/tsup-preset';

export default packagePreset({
  entry: {
    index: 'src/index.ts',
    'restok-trainer': 'src/restok-trainer.ts',
    'gradient-worker': 'src/gradient-worker.ts',
    'dashboard-worker': 'src/dashboard-worker.ts',
    // The page's script and, beside it, its style.
    'dashboard-page': 'src/dashboard/page/main.ts',
  },
  noExternal: ['uplot'],
});
