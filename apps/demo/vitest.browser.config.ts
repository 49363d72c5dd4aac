import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  test: {
    include: ['test/**/*.browser.test.ts'],
    exclude: [...configDefaults.exclude, 'test/slow/**'],
    globalSetup: ['test/build-site.ts'],
    // One browser at a time: they share the processor with the models.
    fileParallelism: false,
    pool: 'forks',
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
