import { describe, expect, it } from 'vitest';
import { nodeVersionProblem } from './check-node.mjs';

describe('nodeVersionProblem', () => {
  it.each(['20.19.0', '20.20.2', '22.0.0', '24.1.0'])('accepts %s for 20.19', (version) => {
    expect(nodeVersionProblem(version, '20.19')).toBeUndefined();
  });

  it.each(['18.20.4', '20.9.0', '20.18.3'])('refuses %s for 20.19', (version) => {
    expect(nodeVersionProblem(version, '20.19')).toBe(
      `Node.js must be 20.19 or newer, got ${version}. Install a newer one from https://nodejs.org.`,
    );
  });
});
