/**
 * Does one step of a command for people: says what, how it went and how long it took, and ends the process where it
 * failed.
 *
 * @param {string} title
 * @param {() => Promise<import('./run-logged.mjs').RunResult>} run
 */
export async function step(title, run) {
  process.stdout.write(`${title} ...`);
  const start = performance.now();
  const { ok, problem } = await run();
  process.stdout.write(` ${ok ? 'done' : 'FAILED'} (${((performance.now() - start) / 1000).toFixed(1)} s)\n`);
  if (!ok) {
    process.stderr.write(`${problem}\n`);
    process.exit(1);
  }
}
