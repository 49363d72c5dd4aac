import { defineConfig } from 'tsup';

/** The build of every package: ESM from src/index.ts; `overrides` adds entries or options. Types: tooling/types. */
export function packagePreset(overrides = {}) {
  return defineConfig({
    entry: ['src/index.ts'],
    format: ['esm'],
    target: 'es2022',
    sourcemap: true,
    clean: ['!**/*.d.ts'],
    treeshake: true,
    ...overrides,
  });
}
