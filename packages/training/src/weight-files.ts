import { CheckpointError } from '@restok/core';
import type { WeightEntry, WeightReader } from '@restok/core';
import { openSafetensors, openSource } from '@restok/hub';

/** What is opened where a folder is named. */
const DEFAULT_FILE = 'model.safetensors';

/**
 * Opens safetensors files as if they were one.
 *
 * @param paths files that the user named; of a name that several hold the first counts.
 * @throws CheckpointError in one line when one cannot be read.
 */
export async function openWeightFiles(paths: readonly string[]): Promise<WeightReader> {
  const readers: WeightReader[] = [];
  try {
    for (const path of paths) {
      readers.push(await openWeightFile(path));
    }
  } catch (error) {
    await Promise.all(readers.map((reader) => reader.close()));
    throw error;
  }
  const entries = new Map<string, WeightEntry>();
  const owners = new Map<string, WeightReader>();
  for (const reader of readers) {
    for (const [name, entry] of reader.entries) {
      if (!entries.has(name)) {
        entries.set(name, entry);
        owners.set(name, reader);
      }
    }
  }
  return {
    entries,
    read: (name) => owners.get(name)!.read(name),
    close: async () => {
      await Promise.all(readers.map((reader) => reader.close()));
    },
  };
}

async function openWeightFile(path: string): Promise<WeightReader> {
  const { source, file } = await openSource(path);
  return openSafetensors(source, file ?? DEFAULT_FILE);
}

/**
 * Weights under other names.
 *
 * @param rename the name that a stored tensor goes by, or undefined to leave it out.
 * @throws CheckpointError when two stored tensors get one name.
 */
export function renamedWeights(
  weights: WeightReader,
  rename: (stored: string) => string | undefined,
): WeightReader {
  const storedNames = new Map<string, string>();
  for (const stored of weights.entries.keys()) {
    const name = rename(stored);
    const previous = name === undefined ? undefined : storedNames.get(name);
    if (previous !== undefined) {
      throw new CheckpointError(
        `renamedWeights: ${previous} and ${stored} both stand for ${name!}. Use a file that holds one of them.`,
      );
    }
    if (name !== undefined) {
      storedNames.set(name, stored);
    }
  }
  return {
    entries: new Map([...storedNames].map(([name, stored]) => [name, weights.entries.get(stored)!])),
    read: (name) => weights.read(storedNames.get(name)!),
    close: () => weights.close(),
  };
}
