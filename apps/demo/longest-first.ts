import type { TestSpecification } from 'vitest/node';
import { BaseSequencer } from 'vitest/node';

/** Tests of the page that take longest, so that no worker ends alone with one of them. */
const longest = ['views', 'webgpu', 'keyboard', 'history', 'inside-values', 'train', 'train-worker'];

/** Where a file comes in the order; those that are not named come last. */
function turnOf({ moduleId }: TestSpecification): number {
  const at = longest.findIndex((name) => moduleId.endsWith(`/${name}.browser.test.ts`));
  return at === -1 ? longest.length : at;
}

/** Starts the longest files first. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((a, b) => turnOf(a) - turnOf(b));
  }
}
