import { packagePreset } from '@restok/tsup-preset';

export default packagePreset({
  // The thread's script lies beside the file that starts it.
  entry: {
    index: 'src/index.ts',
    browser: 'src/browser.ts',
    'decode-worker': 'src/loading/decode-worker.ts',
  },
});
