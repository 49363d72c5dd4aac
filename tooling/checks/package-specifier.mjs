/**
 * Splits "@restok/ops/gradients" into the package and the rest.
 *
 * @param {string} specifier
 * @returns {{ shortName: string, subpath: string } | undefined} undefined when it names no package of ours.
 */
export function ourPackage(specifier) {
  const match = /^@restok\/([^/]+)(?:\/(.+))?$/.exec(specifier);
  return match === null ? undefined : { shortName: match[1] ?? '', subpath: match[2] ?? '' };
}

/**
 * The package of a specifier of somebody else's: "yaml", "@tensorflow/tfjs-core".
 *
 * @param {string} specifier
 */
export function packageName(specifier) {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
