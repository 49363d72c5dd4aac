import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './repository.mjs';
import { resultsOfFile, skippedOfFile } from './run-vitest.mjs';

/** A test as vitest reports it. */
function test(fullName: string, status: string, failureMessages: string[] = []) {
  return { fullName, status, failureMessages };
}

describe('resultsOfFile', () => {
  it('counts every test that ran and none that was skipped', () => {
    const assertionResults = [test('a', 'passed'), test('b', 'failed', ['why']), test('c', 'skipped')];
    const results = resultsOfFile({ name: 'x.test.ts', status: 'failed', message: '', assertionResults });
    expect(results.map(({ passed }) => passed)).toEqual([true, false]);
    expect(results[1]?.problem).toBe('why');
  });

  it('counts a file that cannot run as one failure', () => {
    const results = resultsOfFile({
      name: 'x.test.ts',
      status: 'failed',
      message: 'no such import',
      assertionResults: [],
    });
    expect(results).toMatchObject([{ passed: false, problem: 'no such import' }]);
  });
});

describe('skippedOfFile', () => {
  it('names the tests that did not run, with the reason that stands in their names', () => {
    const assertionResults = [test('a', 'passed'), test('b (no GPU here)', 'skipped'), test('c', 'todo')];
    const file = { name: join(root, 'x.test.ts'), status: 'passed', message: '', assertionResults };
    expect(skippedOfFile(file)).toEqual([
      { name: 'x.test.ts: b (no GPU here)', passed: true, skipped: true },
      { name: 'x.test.ts: c', passed: true, skipped: true },
    ]);
  });
});
