import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';
import type { TestSpecification } from 'vitest/node';
import { BaseSequencer } from 'vitest/node';

/** Those hold the page to a time, so they run one by one when all others are done. */
const timed = ['first-paint', 'main-thread'].map((name) => `test/${name}.browser.test.ts`);

/** Those that take longest begin, so that no worker ends alone with one of them. */
const longest = ['views', 'webgpu', 'keyboard', 'history', 'inside-values', 'train', 'train-worker'];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((a, b) => turnOf(a) - turnOf(b));
  }
}

function turnOf({ moduleId }: TestSpecification): number {
  const at = longest.findIndex((name) => moduleId.endsWith(`/${name}.browser.test.ts`));
  return at === -1 ? longest.length : at;
}

const root = fileURLToPath(new URL('.', import.meta.url));
const common = {
  root,
  pool: 'forks',
  testTimeout: 300_000,
  hookTimeout: 300_000,
  // What is waited for comes late on a busy machine.
  expect: { poll: { timeout: 60_000 } },
} as const;

export default defineConfig({
  root,
  test: {
    globalSetup: ['test/serve-site.ts'],
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          ...common,
          name: 'together',
          include: ['test/**/*.browser.test.ts'],
          exclude: [...configDefaults.exclude, 'test/slow/**', 'test/parity/**', ...timed],
          maxWorkers: 2,
        },
      },
      {
        test: { ...common, name: 'timed', include: timed, maxWorkers: 1, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
