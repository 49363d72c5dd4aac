/**
 * Compares the running Node.js with the oldest one that works.
 *
 * @param {string} running version such as "20.20.2".
 * @param {string} oldest version such as "20.19".
 * @returns {string | undefined} what is wrong and what to do, or undefined when all is well.
 */
export function nodeVersionProblem(running, oldest) {
  const have = running.split('.').map(Number);
  const need = oldest.split('.').map(Number);
  for (const [i, part] of need.entries()) {
    const actual = have[i] ?? 0;
    if (actual > part) {
      return undefined;
    }
    if (actual < part) {
      return `Node.js must be ${oldest} or newer, got ${running}. Install a newer one from https://nodejs.org.`;
    }
  }
  return undefined;
}
