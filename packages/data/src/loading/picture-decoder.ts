import PQueue from 'p-queue';
import type { PictureJob, PreparedPicture } from './prepare-picture';
import { preparePicture } from './prepare-picture';

/** Prepares pictures, here or elsewhere; they are begun in the order in which they are asked for. */
export interface PictureDecoder {
  /** Rejects with a DataError when a server fails, or a thread ends. */
  prepare(job: PictureJob): Promise<PreparedPicture>;
  /** Ends what it runs; what is under way is rejected. */
  close(): Promise<void>;
}

/** Pictures that are under way in one thread. */
const PICTURES_AT_A_TIME = 2;

/** Prepares pictures in the thread of the caller. */
export function decodeHere(): PictureDecoder {
  const queue = new PQueue({ concurrency: PICTURES_AT_A_TIME });
  return {
    prepare: (job) => queue.add(() => preparePicture(job)),
    close: () => Promise.resolve(),
  };
}
