import { expect, it } from 'vitest';
import { picturesPerPass } from './pictures-per-pass';

it('takes fewer pictures at once the larger they are, and never none', () => {
  expect([16, 64, 65, 128, 256, 1024].map(picturesPerPass)).toEqual([16, 16, 15, 4, 1, 1]);
});
