import type { View } from './route';

/** What each view is called in its tab. */
export const viewTitles: Readonly<Record<View, string>> = {
  reconstruct: 'Reconstruct',
  generate: 'Generate',
  mix: 'Mix',
  inside: 'Look inside',
  train: 'Train',
  models: 'Models',
};
