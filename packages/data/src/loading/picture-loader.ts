import type { Random } from '@restok/core/random';
import { DataError } from '@restok/core/errors';
import type { PassedOver, PictureDataset, PlacedPictures } from '../dataset';
import { NAMES_TOLD } from '../dataset';
import type { PictureCrop } from '../picture-crop';
import { DecodeThreads } from './decode-threads';
import type { PictureDecoder } from './picture-decoder';
import { decodeHere } from './picture-decoder';

export interface PictureLoaderOptions {
  readonly crop: PictureCrop;
  /** Threads that read and decode; with 0 the caller's does. */
  readonly threads: number;
  /** What the threads run: for tests. */
  readonly script?: URL;
}

/** One picture of a batch, and the damaged ones in its place. */
interface Present {
  readonly pixels: Uint8Array;
  readonly index: number;
  readonly damaged: readonly { readonly index: number; readonly problem: string }[];
}

/** So many damaged pictures in a row are no accident. */
const MAX_DAMAGED_IN_A_ROW = 100;
/** Pictures that are prepared take at most so much memory; what was prepared first is forgotten first. */
const MAX_PREPARED_BYTES = 512 * 2 ** 20;

/**
 * Pictures for training: read, decoded and cropped in threads, ahead of time where `prepare` is called.
 *
 * Every picture of a batch draws from a seed of its own, so what `read` gives follows from the indices and `random`
 * alone, whatever was prepared and whichever thread is first. In the place of a picture that is damaged or missing
 * stands, from then on, the next that is whole, with its label and name.
 */
export class PictureLoader implements PictureDataset {
  readonly size: number;
  readonly count: number;
  readonly classNames: readonly string[];
  private readonly decoder: PictureDecoder;
  private readonly prepared = new Map<string, Promise<Present[]>>();
  /** The picture that stands in the place of a damaged one. */
  private readonly standIns = new Map<number, number>();
  private readonly damaged = new Map<number, string>();

  constructor(
    private readonly pictures: PlacedPictures,
    private readonly options: PictureLoaderOptions,
  ) {
    this.size = options.crop.size;
    this.count = pictures.count;
    this.classNames = pictures.classNames;
    this.decoder = options.threads > 0 ? new DecodeThreads(options.threads, options.script) : decodeHere();
  }

  /** What the set itself passes over, and damaged pictures that were met so far, in the order of the batches. */
  get passedOver(): PassedOver {
    const { count, names } = this.pictures.passedOver ?? { count: 0, names: [] };
    return {
      count: count + this.damaged.size,
      names: [...names, ...this.damaged.values()].slice(0, NAMES_TOLD),
    };
  }

  label(index: number): number {
    return this.pictures.label(this.standIns.get(index) ?? index);
  }

  name(index: number): string {
    return this.pictures.name(this.standIns.get(index) ?? index);
  }

  prepare(indices: ArrayLike<number>, { random }: { readonly random?: Random } = {}): void {
    const seeds = seedsFor(indices, random);
    const key = keyOf(indices, seeds);
    if (this.prepared.has(key)) {
      return;
    }
    const batch = this.begin(indices, seeds);
    // Told to whoever reads the batch.
    batch.catch(() => undefined);
    this.prepared.set(key, batch);
    const batchBytes = indices.length * this.size * this.size * 3;
    for (const oldest of this.prepared.keys()) {
      if (this.prepared.size <= 1 || this.prepared.size * batchBytes <= MAX_PREPARED_BYTES) {
        break;
      }
      this.prepared.delete(oldest);
    }
  }

  /**
   * @throws DataError in one line when 100 pictures in a row, or all, are damaged, a server fails, or a thread ends.
   */
  async read(
    indices: ArrayLike<number>,
    { random }: { readonly random?: Random } = {},
  ): Promise<Float32Array> {
    const seeds = seedsFor(indices, random);
    const key = keyOf(indices, seeds);
    const batch = this.prepared.get(key) ?? this.begin(indices, seeds);
    this.prepared.delete(key);
    const present = await batch;
    const length = this.size * this.size * 3;
    const values = new Float32Array(indices.length * length);
    for (const [i, { pixels, index, damaged }] of present.entries()) {
      for (let j = 0; j < length; j++) {
        values[i * length + j] = pixels[j]! / 255;
      }
      damaged.forEach((each) => this.damaged.set(each.index, each.problem));
      if (index !== indices[i]) {
        this.standIns.set(indices[i]!, index);
      }
    }
    return values;
  }

  /** Ends the threads; what is under way is rejected. */
  async close(): Promise<void> {
    this.prepared.clear();
    await this.decoder.close();
  }

  private begin(indices: ArrayLike<number>, seeds: readonly (number | undefined)[]): Promise<Present[]> {
    return Promise.all(Array.from(indices, (index, i) => this.present(index, seeds[i])));
  }

  /** The picture, or the next that is whole. */
  private async present(wanted: number, seed: number | undefined): Promise<Present> {
    const damaged: { index: number; problem: string }[] = [];
    const tries = Math.min(this.count, MAX_DAMAGED_IN_A_ROW);
    for (let i = 0; i < tries; i++) {
      const index = (wanted + i) % this.count;
      const prepared = await this.decoder.prepare({
        place: this.pictures.place(index),
        crop: this.options.crop,
        seed,
      });
      if ('pixels' in prepared) {
        return { pixels: prepared.pixels, index, damaged };
      }
      damaged.push({ index, problem: prepared.problem });
    }
    throw new DataError(
      `PictureLoader: of ${tries} pictures in a row none can be read, the first: ${damaged[0]!.problem} Check the data set.`,
    );
  }
}

/** One seed for each picture, so that no picture's draws move those of another. */
function seedsFor(indices: ArrayLike<number>, random: Random | undefined): (number | undefined)[] {
  return Array.from(indices, () => random?.nextUint32());
}

function keyOf(indices: ArrayLike<number>, seeds: readonly (number | undefined)[]): string {
  return `${Array.from(indices).join()} ${seeds.join()}`;
}
