const BAR_WIDTH = 30;

/** One bar for all files: `[=====     ] 50% 1.5/3.0 MB, 12.3 MB/s`. */
export function downloadText(
  done: number,
  total: number,
  startedAt: number,
  now = performance.now(),
): string {
  const share = total === 0 ? 1 : done / total;
  const bar = '='.repeat(Math.floor(share * BAR_WIDTH)).padEnd(BAR_WIDTH);
  const rate = done / 1e6 / Math.max((now - startedAt) / 1000, 1e-3);
  const sizes = `${(done / 1e6).toFixed(1)}/${(total / 1e6).toFixed(1)} MB`;
  return `[${bar}] ${Math.floor(share * 100)}% ${sizes}, ${rate.toFixed(1)} MB/s`;
}
