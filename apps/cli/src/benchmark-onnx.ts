import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BackendUnavailableError } from '@restok/core';
import type { BenchmarkRow } from './timing';

/**
 * The same work by ONNX Runtime, from files that are removed afterwards.
 *
 * @param exportTo writes the model into a folder.
 * @param time gives the median milliseconds of each row, in order.
 * @returns the rows with these times; as they were where ONNX Runtime is not installed.
 */
export async function withOnnxTimes(
  rows: readonly BenchmarkRow[],
  exportTo: (folder: string) => Promise<void>,
  time: (folder: string) => Promise<readonly number[]>,
): Promise<BenchmarkRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'restok-bench-onnx-'));
  try {
    await exportTo(folder);
    const times = await time(folder);
    return rows.map((row, i) => ({ ...row, onnxMilliseconds: times[i]! }));
  } catch (error) {
    if (error instanceof BackendUnavailableError) {
      return [...rows];
    }
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
