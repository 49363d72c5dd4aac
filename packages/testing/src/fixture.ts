import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { WeightReader } from '@restok/core';

/** One stored tensor in PyTorch order. */
export interface FixtureTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array;
}

/** A folder of reference numbers: tensors are read when asked for. */
export interface Fixture {
  readonly name: string;
  readonly config: FixtureConfig;
  /** Tensors of `<file>.safetensors` in the folder. */
  tensors(file: string): ReadonlyMap<string, FixtureTensor>;
  has(file: string): boolean;
  /** The folder's weights, or those of the sibling that it names. */
  weights(): WeightReader;
}

/** The parts of a fixture's config that tests look at. */
export interface FixtureConfig {
  readonly model?: { readonly vq_model: Record<string, unknown> };
  readonly dataset?: unknown;
  readonly reference: {
    readonly overrides?: {
      readonly vit_model_sizes?: Record<string, { width: number; layers: number; heads: number }>;
      readonly pixel_cnn?: Record<string, unknown>;
    };
    readonly weights_from?: string;
    readonly [key: string]: unknown;
  };
  readonly [key: string]: unknown;
}

const bundledFolder = fileURLToPath(new URL('../fixtures/', import.meta.url));

/** Folders that hold fixtures: the bundled one and, to test against more, that of RESTOK_FIXTURES. */
function fixtureFolders(): string[] {
  const more = process.env.RESTOK_FIXTURES;
  return more === undefined || more === '' ? [bundledFolder] : [bundledFolder, `${more}/`];
}

/**
 * Names of the fixtures that start with `prefix` and hold a file of reference numbers.
 *
 * @param file without ending; some of a fixture's files are not bundled.
 */
export function fixtureNames(prefix: string, file = 'io'): string[] {
  const names = new Set<string>();
  for (const folder of fixtureFolders()) {
    for (const name of readdirSync(folder)) {
      if (name.startsWith(prefix) && existsSync(`${folder}${name}/${file}.safetensors`)) {
        names.add(name);
      }
    }
  }
  return [...names].sort();
}

/**
 * Opens a fixture by its folder's name. Of a fixture that is bundled without its larger files, these are found where
 * RESTOK_FIXTURES says.
 */
export function openFixture(name: string): Fixture {
  const pathOf = (file: string): string | undefined =>
    fixtureFolders()
      .map((folder) => `${folder}${name}/${file}`)
      .find((path) => existsSync(path));
  const found = (file: string): string => {
    const path = pathOf(file);
    if (path === undefined) {
      throw new Error(
        `openFixture: ${name}/${file} is in none of ${fixtureFolders().join(', ')}. Set RESTOK_FIXTURES.`,
      );
    }
    return path;
  };
  const config = JSON.parse(readFileSync(found('config.json'), 'utf8')) as FixtureConfig;
  return {
    name,
    config,
    tensors: (file) => readTensors(found(`${file}.safetensors`)),
    has: (file) => pathOf(`${file}.safetensors`) !== undefined,
    weights: () => weightReader(readTensors(found(config.reference.weights_from ?? 'model.safetensors'))),
  };
}

/** Stored tensors as a weight file, for instance to load a part of a model. */
export function weightReader(tensors: ReadonlyMap<string, FixtureTensor>): WeightReader {
  return {
    entries: new Map([...tensors].map(([name, { shape }]) => [name, { dtype: 'F32', shape }])),
    read: (name) => Promise.resolve(Float32Array.from(tensors.get(name)!.values)),
    close: () => Promise.resolve(),
  };
}

/** A deliberately plain safetensors reader, independent of the one it helps to test. */
function readTensors(path: string): Map<string, FixtureTensor> {
  const file = readFileSync(path);
  const headerLength = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + headerLength))) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >;
  const tensors = new Map<string, FixtureTensor>();
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') {
      continue;
    }
    const [start, end] = entry.data_offsets.map((offset) => 8 + headerLength + offset) as [number, number];
    const bytes = file.buffer.slice(file.byteOffset + start, file.byteOffset + end);
    const values = entry.dtype === 'I32' ? new Int32Array(bytes) : new Float32Array(bytes);
    tensors.set(name, { shape: entry.shape, values });
  }
  return tensors;
}
