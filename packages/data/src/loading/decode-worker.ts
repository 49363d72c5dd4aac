import { parentPort } from 'node:worker_threads';
import PQueue from 'p-queue';
import sharp from 'sharp';
import type { PictureJob, PreparedPicture } from './prepare-picture';
import { preparePicture } from './prepare-picture';

/** What a decoding thread is asked. */
export interface DecodeRequest {
  readonly id: number;
  readonly job: PictureJob;
}

/** What it answers: the picture, or an error of the reading that is no fault of the picture. */
export type DecodeAnswer = { readonly id: number } & (PreparedPicture | { readonly error: string });

/** While one picture is read from the disk, another one is cropped. */
const PICTURES_AT_A_TIME = 2;

const port = parentPort!;
const queue = new PQueue({ concurrency: PICTURES_AT_A_TIME });
// There is a thread for each core that may be used; every picture is another.
sharp.concurrency(1);
sharp.cache(false);

port.on('message', ({ id, job }: DecodeRequest) => {
  void queue.add(async () => {
    const answer = await preparePicture(job).catch((error: unknown) => ({
      error: error instanceof Error ? error.message : String(error),
    }));
    const moved = 'pixels' in answer ? [answer.pixels.buffer as ArrayBuffer] : [];
    port.postMessage({ id, ...answer } satisfies DecodeAnswer, moved);
  });
});
