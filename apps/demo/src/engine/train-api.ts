import type { BackendNote, PagePicture } from './engine-api';

/** Where the pictures of a training come from; `sheet` is one image of many, with sides of `tileSide` pixels. */
export type PictureSource =
  | { readonly kind: 'sheet'; readonly file: Blob; readonly tileSide: number }
  | { readonly kind: 'files'; readonly files: readonly Blob[] };

/** What is trained, on what, and for how long. */
export interface TrainRequest {
  readonly source: PictureSource;
  /** Sides of the pictures, in pixels. */
  readonly side: number;
  readonly steps: number;
  readonly seed: number;
}

/** What is known before the first step. */
export interface TrainSetup {
  readonly numPictures: number;
  /** Files that were no pictures. */
  readonly numSkipped: number;
  readonly numParameters: number;
  readonly numLatents: number;
  readonly codebookSize: number;
  readonly batch: number;
}

/** A picture of the data and what the model makes of it. */
export interface BeforeAfter {
  readonly before: PagePicture;
  readonly after: PagePicture;
}

/** Most pictures that are shown before and after. */
export const WALL_SIZE = 8;

/** What a step of training tells. */
export interface TrainReport {
  readonly step: number;
  readonly loss: number;
  /** Mean squared error of the step's pictures. */
  readonly reconstructionLoss: number;
  /** Share of the codebook in use; undefined while codes are not used yet. */
  readonly codebookUsage: number | undefined;
  readonly milliseconds: number;
  readonly numTensors: number;
  /** Every so many steps. */
  readonly wall?: readonly BeforeAfter[];
}

/** Everything that the worker of the Train view does. */
export interface TrainApi {
  /** Chooses the backend. */
  start(): Promise<BackendNote>;
  prepare(request: TrainRequest): Promise<TrainSetup>;
  /** Trains until it is paused or the last step is done. */
  run(onReport: (report: TrainReport) => void): Promise<'paused' | 'done'>;
  pause(): void;
  /** The model as a zip of its folder. */
  save(): Promise<Blob>;
  /** Resolves when the graphics card takes everything away, with the reason. */
  whenLost(): Promise<string>;
}
