import { memory } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { runCommand } from './run-command';

/** Runs a command that must end well and leave no tensors. Returns what it prints with --json. */
export async function succeed<Result = Record<string, unknown>>(...argv: readonly string[]): Promise<Result> {
  const tensorsBefore = memory().numTensors;
  const { code, stdout, stderr } = await runCommand(...argv, '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(memory().numTensors).toBe(tensorsBefore);
  return JSON.parse(stdout) as Result;
}
