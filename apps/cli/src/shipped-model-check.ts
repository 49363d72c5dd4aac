import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dispose } from '@tensorflow/tfjs-core';
import { DataError } from '@restok/core';
import { ResTok } from '@restok/tokenizer';
import { asBatch, readForModel } from './picture-batch';

/** Something that `restok doctor` looked at. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** What reference.json beside a shipped model holds. */
interface StoredReference {
  /** File name in the folder `samples` beside the model. */
  readonly picture: string;
  readonly indices: readonly number[];
}

const NAME = 'shipped model';

/**
 * Compares the indices that a model gives with those that are stored with it, on the current backend.
 *
 * @param folder of the model; `reference.json` lies in it, the picture in `../samples`.
 */
export async function checkShippedModel(folder: string): Promise<Check> {
  try {
    const { picture, indices } = await readReference(join(folder, 'reference.json'));
    const actual = await indicesOf(folder, join(folder, '../samples', picture));
    const different = indices.filter((index, i) => index !== actual[i]).length;
    const ok = different === 0 && actual.length === indices.length;
    const detail = ok
      ? `${picture} gives the ${indices.length} stored indices`
      : `${different} of ${indices.length} indices of ${picture} differ from the stored ones`;
    return { name: NAME, ok, detail };
  } catch (error) {
    return { name: NAME, ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
}

async function readReference(path: string): Promise<StoredReference> {
  const text = await readFile(path, 'utf8').catch(() => '');
  try {
    const { picture, indices } = JSON.parse(text) as Partial<StoredReference>;
    if (typeof picture === 'string' && Array.isArray(indices) && indices.every(Number.isInteger)) {
      return { picture, indices };
    }
  } catch {
    // Said below.
  }
  throw new DataError(`doctor: ${path} is missing or damaged. Install restok again.`);
}

async function indicesOf(folder: string, picture: string): Promise<Int32Array> {
  const tokenizer = await ResTok.fromPretrained(folder);
  try {
    const pixels = asBatch([await readForModel(picture, tokenizer.config.dataset.preprocessing.crop_size)]);
    const { indices, codes } = tokenizer.encode(pixels);
    const values = Int32Array.from(indices.dataSync());
    dispose([pixels, indices, codes]);
    return values;
  } finally {
    tokenizer.dispose();
  }
}
