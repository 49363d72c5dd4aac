import { nodeInBrowsers } from './browser-imports.mjs';
import { undeclaredDependencies } from './declared-dependencies.mjs';
import { deepImports } from './deep-imports.mjs';
import { engineImports } from './engine-imports.mjs';
import { longFiles } from './file-length.mjs';
import { wrongFileNames } from './file-names.mjs';
import { importCycles } from './import-cycles.mjs';
import { wrongDirections } from './import-direction.mjs';
import { wrongIndexFiles } from './index-files.mjs';
import { packageLayout } from './package-layout.mjs';
import { paperMapProblems } from './paper-map.mjs';
import { printingPackages } from './printing.mjs';

/**
 * What `npm test` checks about the shape of the repository; each counts as one test.
 *
 * @type {readonly { name: string, findProblems: (workspace: import('./workspace.mjs').Workspace) => string[] }[]}
 */
export const structureChecks = [
  { name: 'imports follow the package graph', findProblems: wrongDirections },
  { name: 'no files import each other in a circle', findProblems: importCycles },
  { name: 'no import reaches into another package', findProblems: deepImports },
  { name: 'what is imported is declared as a dependency', findProblems: undeclaredDependencies },
  { name: 'the model knows only the core of TensorFlow.js', findProblems: engineImports },
  { name: 'browser packages import nothing of Node', findProblems: nodeInBrowsers },
  { name: 'packages never print', findProblems: printingPackages },
  { name: 'index files only re-export by name', findProblems: wrongIndexFiles },
  { name: 'files are short enough to read', findProblems: longFiles },
  { name: 'files are named for what they do', findProblems: wrongFileNames },
  { name: 'packages have a README and a whole manifest', findProblems: packageLayout },
  { name: 'the paper map names what exists', findProblems: paperMapProblems },
];
