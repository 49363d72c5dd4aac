import { effect, signal } from '@preact/signals';
import { proxy } from 'comlink';
import { engine, ensureGenerator, generator } from '../engine/engine-client';
import type { GenerateStep, GeneratorFacts, PagePicture, TimingProgress } from '../engine/engine-api';
import { rememberSettings, route } from '../state/address';
import { say } from '../state/announcements';
import { duration } from '../state/quantities';
import type { GenerateSettings } from './generate-settings';
import { readSettings, writeSettings } from './generate-settings';

/** A picture that was generated. */
export interface Result {
  readonly indices: Int32Array;
  readonly picture: PagePicture;
  readonly name: string;
}

const MOST_RESULTS = 24;

export const settings = signal<GenerateSettings>(
  readSettings(route.value.view === 'generate' ? route.value.settings : new URLSearchParams()),
);
/** The pass that ended last. */
export const progress = signal<GenerateStep | undefined>(undefined);
export const isRunning = signal(false);
/** Whether the last run was stopped before its end. */
export const wasCancelled = signal(false);
/** Which picture of the grid is on the stage. */
export const chosen = signal(0);
/** What was generated before, newest first. */
export const results = signal<readonly Result[]>([]);
export const levelTiming = signal<TimingProgress | undefined>(undefined);
export const singleTiming = signal<TimingProgress | undefined>(undefined);

let measurement: Promise<void> = Promise.resolve();
let measured: { readonly guided: boolean; readonly facts: GeneratorFacts | undefined } | undefined;

/** Changes some settings. */
export function change(some: Partial<GenerateSettings>): void {
  settings.value = { ...settings.value, ...some };
}

/** Whether the page was opened with a link to a picture, which is generated at once. */
let isLinked = route.value.view === 'generate' && route.value.settings.has('class');

/** Loads the generator; a link that names a picture gives it at once. */
export async function openGenerate(query: URLSearchParams): Promise<void> {
  const named = query.has('class') ? readSettings(query) : settings.value;
  const isOther = JSON.stringify(named) !== JSON.stringify(settings.value);
  const isWanted = isLinked || isOther;
  isLinked = false;
  settings.value = named;
  const { classNames } = await ensureGenerator();
  if (!classNames.includes(settings.value.className)) {
    change({ className: classNames[0]! });
  }
  if (isWanted && !isRunning.value) {
    await generate();
  }
}

/** Generates with the settings as they are, pass by pass. */
export async function generate(): Promise<void> {
  isRunning.value = true;
  wasCancelled.value = false;
  progress.value = undefined;
  try {
    const facts = await ensureGenerator();
    const remote = await engine();
    await remote.cancel();
    await measurement;
    const now = settings.value;
    const className = facts.classNames.includes(now.className) ? now.className : facts.classNames[0]!;
    change({ className });
    chosen.value = 0;
    const request = {
      labels: new Array<number>(now.count).fill(facts.classNames.indexOf(className)),
      seed: now.seed,
      guidanceScale: facts.canGuide ? now.guidance : 1,
      schedule: now.schedule,
      scheduleStart: now.scheduleStart,
      temperature: now.temperature,
      topP: now.topP,
    };
    const onStep = (step: GenerateStep): void => {
      progress.value = step;
      say(`Pass ${step.step + 1} of ${step.numSteps}.`);
    };
    const end = await remote.generate(request, proxy(onStep));
    wasCancelled.value = end === 'cancelled';
    if (end === 'done') {
      keepResults(className);
      measure(request.labels[0]!, request.guidanceScale !== 1);
    } else {
      say('Stopped.');
    }
  } finally {
    isRunning.value = false;
  }
}

/** Stops the run after the pass that is under way. */
export async function cancel(): Promise<void> {
  await (await engine()).cancel();
}

function keepResults(name: string): void {
  const last = progress.value;
  if (last !== undefined) {
    say(`Done after ${duration(last.milliseconds)}.`);
    const fresh = last.pictures.map((picture, i) => ({ picture, indices: last.indices[i]!, name }));
    results.value = [...fresh, ...results.value].slice(0, MOST_RESULTS);
  }
}

/** Measures, once for each generator, what one picture takes by levels and one latent at a time; guidance doubles both. */
function measure(label: number, guided: boolean): void {
  const facts = generator.value;
  if (measured?.guided === guided && measured.facts === facts) {
    return;
  }
  levelTiming.value = undefined;
  singleTiming.value = undefined;
  const onTiming = (timing: TimingProgress): void => {
    (timing.how === 'levels' ? levelTiming : singleTiming).value = timing;
    if (timing.how === 'one by one' && timing.done === timing.total) {
      measured = { guided, facts };
    }
  };
  measurement = engine()
    .then((remote) => remote.timePasses(label, guided, proxy(onTiming)))
    // The clock is a by-product: a run that follows tells what is wrong.
    .catch(() => undefined);
}

effect(() => rememberSettings('generate', writeSettings(settings.value)));
