import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Runs a script of this folder and gives what it sends. Peak memory is a property of a process, so each has its own. */
export async function inProcessOfItsOwn(script, ...argv) {
  const child = fork(fileURLToPath(new URL(script, import.meta.url)), argv, { serialization: 'advanced' });
  const [result] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => assert.fail(`the process ended with code ${code}`)),
  ]);
  return result;
}

/** The most memory that this process has had, by Linux's own account. */
export function peakBytes() {
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024;
}

export function gigabytes(bytes) {
  return `${(bytes / 1e9).toFixed(2)} GB`;
}
