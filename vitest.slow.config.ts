import { defineConfig } from 'vitest/config';
import unit from './vitest.config';

/** What takes minutes and repeats, larger, what the unit tests show: npm run test:slow. */
export default defineConfig({
  ...unit,
  test: {
    ...unit.test,
    projects: undefined,
    env: { RESTOK_SLOW: '1' },
    include: [
      'apps/cli/src/commands/eval{,-shards,-shipped,-shipped-generator}.test.ts',
      'apps/trainer/test/{kill,whole-recipe}.test.ts',
      'packages/backend-webgpu/test/parity.test.ts',
      'packages/data/src/npz-rows.test.ts',
      'packages/generator/src/parity.test.ts',
      'packages/tokenizer/src/{loss-step-,}parity.test.ts',
    ],
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
