import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { logFolder, root } from './repository.mjs';

const WINDOWS = process.platform === 'win32';
const TEN_MINUTES = 600_000;
const TAIL_LINES = 60;

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd] folder to run in; the repository by default.
 * @property {Record<string, string>} [env] variables to add.
 * @property {number} [timeout] milliseconds until the command counts as hung and is ended.
 */

/**
 * @typedef {object} RunResult
 * @property {boolean} ok the command ended with code 0.
 * @property {string} output everything it printed.
 * @property {string} problem empty, or how it ended, the end of its output and where the whole log is.
 */

/**
 * Runs a command with its output in a log file and waits for it.
 *
 * @param {string} name of the log file, without ending.
 * @param {readonly string[]} command program and arguments.
 * @param {RunOptions} [options]
 * @returns {Promise<RunResult>}
 */
export async function runLogged(name, command, options = {}) {
  mkdirSync(logFolder, { recursive: true });
  const logPath = join(logFolder, `${name}.log`);
  const log = createWriteStream(logPath);
  const outcome = await runInto(log, command, options);
  log.end();
  await finished(log);
  const output = readFileSync(logPath, 'utf8');
  const tail = output.trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
  return {
    ok: outcome === '',
    output,
    problem: outcome === '' ? '' : `${tail}\n${command.join(' ')}: ${outcome}. The whole log: ${logPath}`,
  };
}

/**
 * @param {import('node:fs').WriteStream} log
 * @param {readonly string[]} command
 * @param {RunOptions} options
 * @returns {Promise<string>} empty, or how it failed.
 */
function runInto(log, [program = '', ...args], { cwd = root, env = {}, timeout = TEN_MINUTES }) {
  return new Promise((resolve) => {
    // npx is a script on Windows, which only a shell runs.
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      shell: WINDOWS && program === 'npx',
    });
    let hung = false;
    const timer = setTimeout(() => {
      hung = true;
      child.kill('SIGKILL');
    }, timeout);
    child.stdout.on('data', (chunk) => log.write(chunk));
    child.stderr.on('data', (chunk) => log.write(chunk));
    child.on('error', (error) => {
      clearTimeout(timer);
      resolve(error.message);
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (hung) {
        resolve(`ended after ${timeout / 1000} s without an answer`);
      } else {
        resolve(code === 0 ? '' : `ended with ${signal ?? `code ${code}`}`);
      }
    });
  });
}
