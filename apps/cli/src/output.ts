/** Where a command's results go. */
export interface Output {
  /** The result: one JSON object with --json, otherwise lines for people. */
  result(data: object, lines: readonly string[]): void;
  /** How far a long task is; only shown on a terminal. */
  progress(text: string): void;
}

const CLEAR_LINE = '\r\u001b[K';

/** Faster changes cannot be read. */
const REDRAW_MS = 50;

let progressShown = false;
let lastDrawn = -Infinity;

/** Results on standard output, progress on standard error. */
export function createOutput(options: { readonly json: boolean }): Output {
  return {
    result(data, lines) {
      clearProgress();
      process.stdout.write(options.json ? `${JSON.stringify(data)}\n` : `${lines.join('\n')}\n`);
    },
    progress(text) {
      if (process.stderr.isTTY && performance.now() - lastDrawn >= REDRAW_MS) {
        lastDrawn = performance.now();
        process.stderr.write(`${CLEAR_LINE}${text}`);
        progressShown = true;
      }
    },
  };
}

/** One line on standard error, in the place of the progress. */
export function printError(text: string): void {
  clearProgress();
  process.stderr.write(`${text}\n`);
}

/** Counts done work and says its rate and the time left. */
export function rateText(done: number, total: number, startedAt: number, unit: string): string {
  const seconds = (performance.now() - startedAt) / 1000;
  const rate = done / Math.max(seconds, 1e-3);
  const left = (total - done) / Math.max(rate, 1e-9);
  return `${done}/${total} ${unit}, ${rate.toFixed(1)} a second, ${Math.ceil(left)} s left`;
}

function clearProgress(): void {
  if (progressShown) {
    process.stderr.write(CLEAR_LINE);
    progressShown = false;
  }
}
