import { describe, expect, it } from 'vitest';
import { reportLines } from './report';

describe('reportLines', () => {
  it('shows settings above the numbers that depend on them', () => {
    const report = { settings: { count: 12 }, metrics: { fid: 1.23456, other: null } };
    expect(reportLines(report, { fid: { text: 'FID', digits: 2 } })).toEqual([
      'count  12',
      '-'.repeat(15),
      'FID    1.23',
      'other  infinite',
    ]);
  });
});
