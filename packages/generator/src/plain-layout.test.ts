import { describe, expect, it } from 'vitest';
import { plainLayout } from './plain-layout';

describe('plainLayout', () => {
  it('feeds the class and then each latent, one per pass, causally', () => {
    expect(plainLayout(3)).toEqual({
      inputs: [{ kind: 'class' }, { kind: 'latent', index: 0 }, { kind: 'latent', index: 1 }],
      visibleKeys: [1, 2, 3],
      passes: [
        { position: 0, size: 1 },
        { position: 1, size: 1 },
        { position: 2, size: 1 },
      ],
    });
  });
});
