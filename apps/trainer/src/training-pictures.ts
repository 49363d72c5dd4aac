import type { Random } from '@restok/core';
import type { PassedOver, PictureDataset, PictureLoader } from '@restok/data';

/** What a run tells of its data. */
export interface DataWatch {
  /** Milliseconds that were waited for data since the last time that this was asked. */
  takeWaited(): number;
  /** Samples and pictures that could not be used. */
  readonly passedOver: PassedOver;
}

/** What the report of a step says of its data. */
export interface DataNumbers {
  /** Share of the step that was spent waiting for data. */
  readonly dataWait: number;
  /** How much of the data could not be used so far; absent where all could. */
  readonly passedOver?: number;
}

/** @param stepTime milliseconds of the step. */
export function dataNumbers(data: DataWatch, stepTime: number): DataNumbers {
  const dataWait = Math.round((data.takeWaited() / stepTime) * 10_000) / 10_000;
  const { count } = data.passedOver;
  return count === 0 ? { dataWait } : { dataWait, passedOver: count };
}

/** Counts time that is waited. */
export class WaitClock {
  private waited = 0;

  async time<T>(wait: () => Promise<T>): Promise<T> {
    const began = performance.now();
    try {
      return await wait();
    } finally {
      this.waited += performance.now() - began;
    }
  }

  takeWaited(): number {
    const { waited } = this;
    this.waited = 0;
    return waited;
  }
}

/** Pictures of a run: how long their reads were waited for is counted, and they are closed at its end. */
export class TrainingPictures implements PictureDataset, DataWatch {
  readonly size: number;
  readonly count: number;
  readonly classNames: readonly string[];
  private readonly clock = new WaitClock();

  /** @param pictures a loader is owned by this object. */
  constructor(
    private readonly pictures: PictureDataset & Partial<Pick<PictureLoader, 'passedOver' | 'close'>>,
  ) {
    this.size = pictures.size;
    this.count = pictures.count;
    this.classNames = pictures.classNames;
  }

  get passedOver(): PassedOver {
    return this.pictures.passedOver ?? { count: 0, names: [] };
  }

  takeWaited(): number {
    return this.clock.takeWaited();
  }

  label(index: number): number {
    return this.pictures.label(index);
  }

  name(index: number): string {
    return this.pictures.name(index);
  }

  prepare(indices: ArrayLike<number>, options?: { readonly random?: Random }): void {
    this.pictures.prepare?.(indices, options);
  }

  read(indices: ArrayLike<number>, options?: { readonly random?: Random }): Promise<Float32Array> {
    return this.clock.time(() => this.pictures.read(indices, options));
  }

  /** Ends the threads that read, where there are some. */
  async close(): Promise<void> {
    await this.pictures.close?.();
  }
}
