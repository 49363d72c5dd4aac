import { nodeVersionProblem } from './check-node.mjs';
import { oldestNode, packageManager } from './repository.mjs';
import { runLogged } from './run-logged.mjs';

/** @typedef {import('./run-logged.mjs').RunResult} RunResult */

/** Ends the process with a message when this Node.js is too old for everything that follows. */
export function requireNode() {
  const problem = nodeVersionProblem(process.versions.node, oldestNode);
  if (problem !== undefined) {
    process.stderr.write(`${problem}\n`);
    process.exit(1);
  }
}

/**
 * Installs exactly what pnpm-lock.yaml says, with the pinned pnpm.
 *
 * @returns {Promise<RunResult>}
 */
export function installDependencies() {
  return runLogged('install', [...pnpm, 'install', '--frozen-lockfile', '--prefer-offline'], {
    env: { CI: 'true' },
  });
}

/**
 * Builds what changed since its last build.
 *
 * @param {string} [target] a package or app, with what it needs; everything and all types when left out.
 * @returns {Promise<RunResult>}
 */
export function build(target) {
  const filter = target === undefined ? [] : [`--filter=${target}...`];
  return runLogged(
    'build',
    [...pnpm, 'exec', 'turbo', 'run', 'build', '--output-logs=errors-only', ...filter],
    {
      env: { TURBO_TELEMETRY_DISABLED: '1' },
    },
  );
}

/** The pinned pnpm by way of npx, since a fresh machine has npm only. */
export const pnpm = ['npx', '-y', packageManager];
