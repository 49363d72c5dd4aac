import { afterEach, describe, expect, it, vi } from 'vitest';
import { runStage, skippedLines, summaryLine } from './report.mjs';

afterEach(() => vi.restoreAllMocks());

describe('summaryLine', () => {
  it('counts what passed and what failed', () => {
    const results = [
      { name: 'a', passed: true },
      { name: 'b', passed: false },
      { name: 'c', passed: true },
    ];
    expect(summaryLine(results)).toBe('2 passed, 1 failed');
    expect(summaryLine([])).toBe('0 passed, 0 failed');
  });
});

describe('skippedLines', () => {
  it('names what did not run, which neither passed nor failed', () => {
    const results = [
      { name: 'a', passed: true },
      { name: 'b (no GPU here)', passed: true, skipped: true },
    ];
    expect(skippedLines(results)).toBe('skipped b (no GPU here)\n');
    expect(summaryLine(results)).toBe('1 passed, 0 failed');
    expect(skippedLines([])).toBe('');
  });
});

describe('runStage', () => {
  it('counts a stage that throws as one failed test and prints why', async () => {
    const printed = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const results = await runStage({ name: 'broken', run: () => Promise.reject(new Error('no such file')) });
    expect(results.map(({ name, passed }) => ({ name, passed }))).toEqual([
      { name: 'broken', passed: false },
    ]);
    expect(printed.mock.calls.flat().join('')).toContain('no such file');
  });

  it('prints the name of a stage with its result when others run beside it', async () => {
    const printed = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const slow = runStage(
      {
        name: 'slow',
        run: () => new Promise((resolve) => setTimeout(() => resolve([{ name: 'a', passed: true }]), 20)),
      },
      { alone: false },
    );
    await runStage({ name: 'quick', run: () => Promise.resolve([]) }, { alone: false });
    await slow;
    const lines = printed.mock.calls.flat().join('').trimEnd().split('\n');
    expect(lines.map((line) => line.split(' ')[0])).toEqual(['quick', 'slow']);
    expect(lines[1]).toMatch(/^slow +\d+\.\d s {2}1 passed$/);
  });
});
