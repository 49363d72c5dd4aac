const KEBAB_CASE = /^[a-z0-9]+(-[a-z0-9]+)*(\.(test|node|browser|bench|generated|d))*\.(ts|tsx|mjs)$/;
const SAYS_NOTHING = /^(utils?|helpers?|common|misc|shared)\./;

/**
 * Finds files that are not in kebab-case or whose names do not say what they do.
 *
 * @param {import('./workspace.mjs').Workspace} workspace
 * @returns {string[]}
 */
export function wrongFileNames({ packages }) {
  return packages
    .flatMap(({ sources }) => sources)
    .flatMap(({ path }) => {
      const name = path.slice(path.lastIndexOf('/') + 1);
      if (SAYS_NOTHING.test(name)) {
        return [`${path}: must be named for what it does, got ${name}. Split it by concept.`];
      }
      return KEBAB_CASE.test(name) ? [] : [`${path}: must be named in kebab-case, got ${name}. Rename it.`];
    });
}
