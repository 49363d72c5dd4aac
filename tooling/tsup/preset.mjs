import { defineConfig } from 'tsup';

/** The build of every package: ESM and types from src/index.ts; `overrides` adds entries or options. */
export function packagePreset(overrides = {}) {
  return defineConfig({
    entry: ['src/index.ts'],
    format: ['esm'],
    target: 'es2022',
    // Types are checked once for the whole repository, not in every build.
    dts: { compilerOptions: { noCheck: true } },
    sourcemap: true,
    clean: true,
    treeshake: true,
    ...overrides,
  });
}
