import { computed, effect, signal } from '@preact/signals';
import { proxy } from 'comlink';
import { loadTokenizer } from '../engine/engine-client';
import type { NamedFile } from '../engine/engine-api';
import type { BeforeAfter, TrainReport, TrainRequest, TrainSetup } from '../engine/train-api';
import type { PictureSheet } from '../engine/site-models';
import { siteModels } from '../engine/site-models';
import { trainEngine } from '../engine/train-client';
import { rememberSettings } from '../state/address';
import { say } from '../state/announcements';
import { showProblem } from '../state/problem';
import { saveBlob } from '../state/save-blob';

export const sources = ['samples', 'emoji', 'folder'] as const;
/** Sides of the pictures, in pixels. */
export const sides = [32, 64] as const;
export const stepChoices = [100, 300, 1000, 3000] as const;

/** Where the pictures come from, as the visitor chooses. */
export type SourceChoice = (typeof sources)[number];

export type TrainPhase = 'idle' | 'preparing' | 'running' | 'paused' | 'done';

/** Pictures that are shown in the curve are averaged over this many steps. */
const SPEED_STEPS = 8;

export const phase = signal<TrainPhase>('idle');
export const source = signal<SourceChoice>('samples');
/** Pictures of the emoji set that the site holds; not downloaded before they are trained on. */
export const emojiSheet = signal<PictureSheet | undefined>(undefined);
/** Whether it is known what the site holds. */
export const isSiteRead = signal(false);
export const folder = signal<readonly NamedFile[]>([]);
export const side = signal<number>(32);
export const steps = signal<number>(300);
export const setup = signal<TrainSetup | undefined>(undefined);
/** Numbers of every step so far. */
export const history = signal<readonly TrainReport[]>([]);
export const wall = signal<readonly BeforeAfter[]>([]);

/** Seconds of a step, over the last few; undefined before the first. */
export const secondsPerStep = computed(() => {
  const recent = history.value.slice(-SPEED_STEPS);
  return recent.length === 0
    ? undefined
    : recent.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / recent.length / 1000;
});

/** Counts what ends a training or starts one, so that news of earlier ones are known as such. */
let turn = 0;

/** Takes the settings of the address; those of a training that has begun stay. */
export function openTrain(settings: URLSearchParams): void {
  if (phase.value === 'idle') {
    const number = (key: string): number => Number(settings.get(key));
    source.value = sources.find((name) => name === settings.get('on')) ?? source.value;
    side.value = sides.find((each) => each === number('side')) ?? side.value;
    steps.value = stepChoices.find((each) => each === number('steps')) ?? steps.value;
  }
}

/** Trains on files that were dropped or pasted. */
export function takePictures(files: readonly NamedFile[]): void {
  if (phase.value !== 'idle') {
    throw new Error('A training is under way. Reset it to train on other pictures.');
  }
  source.value = 'folder';
  folder.value = files;
}

/** Asks what the site offers to train on. */
export async function readSite(): Promise<void> {
  emojiSheet.value = (await siteModels())[0]?.emojiSheet;
  isSiteRead.value = true;
}

/** The worker that trains; when it ends by itself, nothing is being trained any more. */
const trainer = () =>
  trainEngine((error) => {
    forget();
    showProblem(error);
  });

/** Starts a new training, or goes on with the one that is paused. */
export async function startTraining(): Promise<void> {
  turn += 1;
  const own = turn;
  const isNew = phase.value === 'idle';
  phase.value = isNew ? 'preparing' : 'running';
  try {
    const remote = await trainer();
    if (isNew) {
      history.value = [];
      wall.value = [];
      const prepared = await remote.prepare(await request());
      if (own !== turn) {
        return;
      }
      setup.value = prepared;
      phase.value = 'running';
    }
    say('Training.');
    const end = await remote.run(proxy((report) => own === turn && take(report)));
    if (own === turn) {
      phase.value = end;
      say(end === 'done' ? 'The training is done.' : 'Paused.');
    }
  } catch (error) {
    if (own === turn) {
      // What has no step yet is started again; the rest can still be saved.
      phase.value = history.value.length === 0 ? 'idle' : 'paused';
    }
    throw error;
  }
}

async function request(): Promise<TrainRequest> {
  return { source: await chosenSource(), side: side.value, steps: steps.value, seed: 1 };
}

function take(report: TrainReport): void {
  const { wall: fresh, ...numbers } = report;
  history.value = [...history.value, numbers];
  wall.value = fresh ?? wall.value;
}

/** Pauses after the step that is under way. */
export async function pauseTraining(): Promise<void> {
  await (await trainer()).pause();
}

/** Forgets what was trained. */
export async function resetTraining(): Promise<void> {
  forget();
  await (await trainer()).pause();
}

function forget(): void {
  turn += 1;
  phase.value = 'idle';
  history.value = [];
  wall.value = [];
  setup.value = undefined;
}

/** Hands the model to the visitor as the zip of its folder. */
export async function saveTrained(): Promise<void> {
  saveBlob(await (await trainer()).save(), `tokenizer-${side.value}-${history.value.length}-steps.zip`);
}

/** Uses the model on the other views. */
export async function useTrained(): Promise<void> {
  const blob = await (await trainer()).save();
  const name = `trained here, ${history.value.length} steps`;
  await loadTokenizer({ kind: 'files', files: [{ path: 'trained.zip', blob }] }, name);
  location.hash = '#/reconstruct';
}

async function chosenSource(): Promise<TrainRequest['source']> {
  switch (source.value) {
    case 'emoji': {
      const sheet = emojiSheet.value;
      if (sheet === undefined) {
        throw new Error('This site was built without the emoji set. Train on the samples or a folder.');
      }
      return { kind: 'sheet', file: await fetched(sheet.url, 'emoji set'), tileSide: sheet.side };
    }
    case 'folder':
      if (folder.value.length === 0) {
        throw new Error('No folder is chosen. Choose one with pictures, or train on the samples.');
      }
      return { kind: 'files', files: folder.value.map(({ blob }) => blob) };
    case 'samples': {
      const samples = (await siteModels())[0]?.samples ?? [];
      const files = await Promise.all(samples.map(({ url, title }) => fetched(url, `sample ${title}`)));
      return { kind: 'files', files };
    }
  }
}

/** A file of the site. */
async function fetched(url: string, what: string): Promise<Blob> {
  const response = await fetch(url).catch(() => {
    throw new Error(`The ${what} could not be downloaded. Check the connection and press Start.`);
  });
  if (!response.ok) {
    throw new Error(
      `The ${what} is missing from this site (${response.status}). Train on other pictures, or build the site again.`,
    );
  }
  return response.blob();
}

effect(() =>
  rememberSettings('train', { on: source.value, side: String(side.value), steps: String(steps.value) }),
);
