const LONGEST = 400;
const GENERATED = /^\/\/ (Made|Generated) by /;

/**
 * Finds sources and tests that are too long to hold one concept.
 *
 * @param {import('./workspace.mjs').Workspace} workspace
 * @returns {string[]}
 */
export function longFiles({ packages }) {
  return packages
    .flatMap(({ sources }) => sources)
    .filter(({ text }) => !GENERATED.test(text))
    .map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }))
    .filter(({ lines }) => lines > LONGEST)
    .map(
      ({ path, lines }) =>
        `${path}: must have at most ${LONGEST} lines, got ${lines}. Look for the second concept and give it a file.`,
    );
}
