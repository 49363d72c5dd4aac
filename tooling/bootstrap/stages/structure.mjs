import { structureChecks } from '../../checks/structure-checks.mjs';
import { readWorkspace } from '../../checks/workspace.mjs';
import { root } from '../repository.mjs';

/** @returns {Promise<import('../report.mjs').CheckResult[]>} */
export async function run() {
  const workspace = readWorkspace(root);
  return structureChecks.map(({ name, findProblems }) => {
    const problems = findProblems(workspace);
    return { name, passed: problems.length === 0, problem: problems.join('\n') };
  });
}
