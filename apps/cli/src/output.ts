/** Where a command's results go. */
export interface Output {
  /** The result: one JSON object with --json, otherwise lines for people. */
  result(data: object, lines: readonly string[]): void;
  /** How far a long task is; only shown on a terminal. */
  progress(text: string): void;
}

/** Results on standard output, progress on standard error. */
export function createOutput(options: { readonly json: boolean }): Output {
  let progressShown = false;
  const clear = (): void => {
    if (progressShown) {
      process.stderr.write('\r\u001b[K');
      progressShown = false;
    }
  };
  return {
    result(data, lines) {
      clear();
      process.stdout.write(options.json ? `${JSON.stringify(data)}\n` : `${lines.join('\n')}\n`);
    },
    progress(text) {
      if (process.stderr.isTTY) {
        process.stderr.write(`\r\u001b[K${text}`);
        progressShown = true;
      }
    },
  };
}

/** Counts done work and says its rate and the time left. */
export function rateText(done: number, total: number, startedAt: number, unit: string): string {
  const seconds = (performance.now() - startedAt) / 1000;
  const rate = done / Math.max(seconds, 1e-3);
  const left = (total - done) / Math.max(rate, 1e-9);
  return `${done}/${total} ${unit}, ${rate.toFixed(1)} a second, ${Math.ceil(left)} s left`;
}
