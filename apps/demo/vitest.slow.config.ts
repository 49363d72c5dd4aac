import { configDefaults, defineConfig } from 'vitest/config';
import browser from './vitest.browser.config';

/** What takes minutes where the processor emulates a graphics card: npm run test:slow. */
export default defineConfig({
  ...browser,
  test: { ...browser.test, include: ['test/slow/*.browser.test.ts'], exclude: configDefaults.exclude },
});
