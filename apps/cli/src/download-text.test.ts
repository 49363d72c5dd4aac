import { describe, expect, it } from 'vitest';
import { downloadText } from './download-text';

describe('downloadText', () => {
  it('is one bar with a rate', () => {
    expect(downloadText(1_500_000, 3_000_000, 0, 1000)).toBe(
      `[${'='.repeat(15)}${' '.repeat(15)}] 50% 1.5/3.0 MB, 1.5 MB/s`,
    );
    expect(downloadText(0, 0, 0, 0)).toContain('100% 0.0/0.0 MB');
  });
});
