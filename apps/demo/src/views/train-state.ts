import { computed, signal } from '@preact/signals';
import type { Remote } from 'comlink';
import { proxy, wrap } from 'comlink';
import { loadTokenizer } from '../engine/engine-client';
import type { NamedFile } from '../engine/engine-api';
import type { BeforeAfter, TrainApi, TrainReport, TrainRequest, TrainSetup } from '../engine/train-api';
import { siteModels } from '../engine/site-models';
import { saveBlob } from '../components/picture-canvas';
import { say } from '../state/announcements';

/** Where the pictures come from, as the visitor chooses. */
export type SourceChoice = 'device emoji' | 'samples' | 'folder';

export type TrainPhase = 'idle' | 'preparing' | 'running' | 'paused' | 'done';

/** Pictures that are shown in the curve are averaged over this many steps. */
const SPEED_STEPS = 8;

export const phase = signal<TrainPhase>('idle');
export const source = signal<SourceChoice>('samples');
export const hasEmoji = signal<boolean | undefined>(undefined);
export const folder = signal<readonly NamedFile[]>([]);
export const side = signal(32);
export const steps = signal(300);
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

let worker: Promise<Remote<TrainApi>> | undefined;

function trainer(): Promise<Remote<TrainApi>> {
  worker ??= (async () => {
    const wanted = new URLSearchParams(location.search).get('backend') ?? '';
    const started = new Worker(new URL('../worker/train-worker.ts', import.meta.url), {
      type: 'module',
      name: wanted,
    });
    const remote = wrap<TrainApi>(started);
    await remote.start();
    return remote;
  })();
  return worker;
}

/** Asks whether this device has emoji to train on. */
export async function askForEmoji(): Promise<void> {
  if (hasEmoji.value === undefined) {
    hasEmoji.value = await (await trainer()).hasDeviceEmoji();
    if (hasEmoji.value && phase.value === 'idle') {
      source.value = 'device emoji';
    }
  }
}

/** Starts a new training, or goes on with the one that is paused. */
export async function startTraining(): Promise<void> {
  const remote = await trainer();
  if (phase.value === 'idle') {
    phase.value = 'preparing';
    try {
      const request: TrainRequest = {
        source: await chosenSource(),
        side: side.value,
        steps: steps.value,
        seed: 1,
      };
      history.value = [];
      wall.value = [];
      setup.value = await remote.prepare(request);
    } catch (error) {
      phase.value = 'idle';
      throw error;
    }
  }
  phase.value = 'running';
  say('Training.');
  try {
    const end = await remote.run(proxy(take));
    endWith(end);
  } catch (error) {
    phase.value = 'paused';
    throw error;
  }
}

/** A training that was reset while it ran stays reset. */
function endWith(end: 'paused' | 'done'): void {
  if (phase.value !== 'idle') {
    phase.value = end;
    say(end === 'done' ? 'The training is done.' : 'Paused.');
  }
}

function take(report: TrainReport): void {
  if (phase.value !== 'idle') {
    const { wall: fresh, ...numbers } = report;
    history.value = [...history.value, numbers];
    wall.value = fresh ?? wall.value;
  }
}

/** Pauses after the step that is under way. */
export async function pauseTraining(): Promise<void> {
  await (await trainer()).pause();
}

/** Forgets what was trained. */
export async function resetTraining(): Promise<void> {
  phase.value = 'idle';
  history.value = [];
  wall.value = [];
  setup.value = undefined;
  await (await trainer()).pause();
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
    case 'device emoji':
      return { kind: 'device emoji' };
    case 'folder':
      if (folder.value.length === 0) {
        throw new Error('No folder is chosen. Choose one with pictures, or train on the samples.');
      }
      return { kind: 'files', files: folder.value.map(({ blob }) => blob) };
    case 'samples': {
      const samples = (await siteModels())[0]?.samples ?? [];
      const files = await Promise.all(samples.map(async ({ url }) => (await fetch(url)).blob()));
      return { kind: 'files', files };
    }
  }
}
