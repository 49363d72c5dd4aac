import { configDefaults, defineConfig } from 'vitest/config';
import browser from './vitest.browser.config';

/** What takes minutes, most of it where the processor emulates a graphics card: npm run test:slow. */
export default defineConfig({
  ...browser,
  test: {
    ...browser.test,
    projects: undefined,
    include: ['test/slow/*.browser.test.ts'],
    exclude: configDefaults.exclude,
    fileParallelism: false,
    pool: 'forks',
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
