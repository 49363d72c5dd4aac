import { describe, expect, it } from 'vitest';
import { parsePort } from './parse-port';

describe('parsePort', () => {
  it('reads a port', () => {
    expect([parsePort('0'), parsePort('6116')]).toEqual([0, 6116]);
  });

  it('says what to do when an override was taken for it', () => {
    expect(() => parsePort('training.seed=7')).toThrow(/got training\.seed=7\. Write --dashboard behind/);
    expect(() => parsePort('65536')).toThrow('0 to 65535');
  });
});
