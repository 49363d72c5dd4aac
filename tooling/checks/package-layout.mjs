const REQUIRED_OF_PUBLIC = [
  'description',
  'license',
  'repository',
  'engines',
  'files',
  'exports',
  'sideEffects',
];

/** @typedef {import('./workspace.mjs').Package} Package */

/**
 * Finds packages without a README, incomplete manifests, and versions that are pinned outside the catalog.
 *
 * @param {import('./workspace.mjs').Workspace} workspace
 * @returns {string[]}
 */
export function packageLayout({ packages, files }) {
  return packages.flatMap((each) => [
    ...missingReadme(each, files),
    ...missingFields(each),
    ...looseVersions(each),
  ]);
}

/**
 * @param {Package} of
 * @param {ReadonlyMap<string, string>} files
 */
function missingReadme({ folder }, files) {
  return files.has(`${folder}/README.md`)
    ? []
    : [
        `${folder}/README.md: does not exist. One sentence, the smallest example, where to add what, what is out of scope.`,
      ];
}

/** @param {Package} of */
function missingFields({ folder, manifest }) {
  if (manifest.private === true || !folder.startsWith('packages/')) {
    return [];
  }
  return REQUIRED_OF_PUBLIC.filter((field) => !Object.hasOwn(manifest, field)).map(
    (field) => `${folder}/package.json: must have "${field}", since the package is published. Add it.`,
  );
}

/** @param {Package} of */
function looseVersions({ folder, manifest }) {
  return Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
    .filter(([, version]) => !/^(catalog|workspace):/.test(version))
    .map(
      ([name, version]) =>
        `${folder}/package.json: ${name} must be "catalog:" or "workspace:*", got "${version}". Put the version into pnpm-workspace.yaml.`,
    );
}
