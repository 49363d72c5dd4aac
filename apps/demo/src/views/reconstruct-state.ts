import { computed, effect, signal } from '@preact/signals';
import {
  attempt,
  engine,
  ensureTokenizer,
  modelName,
  tokenizer,
  loadedEngine,
} from '../engine/engine-client';
import type { NamedFile, PagePicture } from '../engine/engine-api';
import type { SiteSample } from '../engine/site-models';
import { siteModels } from '../engine/site-models';
import { rememberSettings, route } from '../state/address';
import { say } from '../state/announcements';
import { maskOf, parseLevelList } from '../state/levels';
import { numberSetting } from '../state/route';
import { sampleFile } from '../state/sample-file';
import type { StageMode } from '../state/stage-mode';
import { stageModes } from '../state/stage-mode';
import { textToTokens, tokensToText } from '../state/token-text';
import { TokenPicture } from '../state/token-picture';

/** Levels of the shipped model, which are drawn before it is loaded. */
export const SHIPPED_LEVELS: readonly number[] = [1, 1, 2, 4, 8, 16, 32];
/** Stops of the opening animation. */
const OPENING = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 40, 48, 56, 64];
const OPENING_MILLISECONDS = 160;
const FIRST_SAMPLE = 'trophy';

/** The picture that is taken apart. */
export const picture = signal<TokenPicture | undefined>(undefined);
/** Address and name of the sample that is being read. */
export const pending = signal<{ readonly name: string; readonly url?: string } | undefined>(undefined);
export const kept = signal(64);
export const off = signal<ReadonlySet<number>>(new Set());
/** The latent under the pointer. */
export const hovered = signal<number | undefined>(undefined);
/** The sample that is shown; a link names it, so that its original is there again. */
export const sampleTitle = signal<string | undefined>(undefined);
/** How the picture and its original are shown; undefined as long as the visitor has not said. */
export const mode = signal<StageMode | undefined>(undefined);
/** Whether the opening animation runs. */
const isOpening = signal(false);

export const levelSizes = computed(() => tokenizer.value?.levelSizes ?? SHIPPED_LEVELS);
export const mask = computed(() => maskOf(levelSizes.value, { kept: kept.value, off: off.value }));

/** Changes how many latents are kept; what a visitor does ends the animation. */
export function keep(next: number): void {
  isOpening.value = false;
  kept.value = next;
}

/** Switches a level off or on again. */
export function toggleLevel(level: number): void {
  isOpening.value = false;
  const next = new Set(off.value);
  if (!next.delete(level)) {
    next.add(level);
  }
  off.value = next;
}

/** Opens what the address names, or the first sample with its animation. Does nothing when a picture is there. */
export async function openFirst(): Promise<void> {
  const { settings } = route.value;
  mode.value = stageModes.find((name) => name === settings.get('view')) ?? mode.value;
  const text = settings.get('t');
  if (text !== null) {
    await openTokens(text, settings);
  } else if (picture.value === undefined && pending.value === undefined) {
    const samples = (await siteModels())[0]?.samples ?? [];
    const first = samples.find(({ title }) => title.startsWith(FIRST_SAMPLE)) ?? samples[0];
    if (first !== undefined) {
      await openSample(first, 'animated');
    }
  }
}

/** Shows a picture from the text of a link, as much of it as the link says. */
async function openTokens(text: string, settings: URLSearchParams): Promise<void> {
  const facts = await ensureTokenizer();
  const shown = picture.value;
  const bounds = { fallback: facts.numLatents, min: 1, max: facts.numLatents };
  const showAsLinked = (): void => {
    keep(Math.round(numberSetting(settings, 'keep', bounds)));
    off.value = parseLevelList(settings.get('off'), facts.levelSizes.length);
  };
  if (shown !== undefined && tokensToText(shown.indices, facts.codebookSize) === text) {
    if (route.value.view === 'reconstruct') {
      showAsLinked();
    }
    return;
  }
  const indices = textToTokens(text, facts.numLatents, facts.codebookSize);
  if (indices === undefined) {
    throw new Error(
      'This link holds no picture of the model in use: it may be cut off, or made with another model. Ask for it again.',
    );
  }
  const sample = await sampleNamed(settings.get('s'));
  const original = sample === undefined ? undefined : await originalOf(sample);
  show(new TokenPicture(sample?.title ?? 'From a link', indices, facts.levelSizes, original));
  sampleTitle.value = sample?.title;
  showAsLinked();
  picture.value?.decodeAhead();
}

async function sampleNamed(title: string | null): Promise<SiteSample | undefined> {
  return (await siteModels())[0]?.samples.find((sample) => sample.title === title);
}

async function originalOf({ url }: SiteSample): Promise<PagePicture> {
  return (await loadedEngine()).openPicture(await sampleFile(url));
}

/** Reads one of the pictures that come with the page. */
export async function openSample(sample: SiteSample, how: 'animated' | 'plain' = 'plain'): Promise<void> {
  pending.value = { name: sample.title, url: sample.url };
  try {
    await open(await sampleFile(sample.url), sample.title, how, sample);
  } finally {
    pending.value = undefined;
  }
}

/** Reads the first of some files; called when they are dropped, pasted or chosen. */
export async function openFiles(files: readonly NamedFile[]): Promise<void> {
  const [file] = files;
  if (file !== undefined) {
    pending.value = { name: file.path };
    try {
      await open(file.blob, file.path, 'plain');
    } finally {
      pending.value = undefined;
    }
  }
}

async function open(blob: Blob, name: string, how: 'animated' | 'plain', sample?: SiteSample): Promise<void> {
  const facts = await ensureTokenizer();
  const remote = await engine();
  const original = await remote.openPicture(blob);
  const indices = await remote.encode(original);
  const opened = new TokenPicture(name, indices, facts.levelSizes, original);
  off.value = new Set();
  const isAnimated = how === 'animated' && !matchMedia('(prefers-reduced-motion: reduce)').matches;
  isOpening.value = isAnimated;
  kept.value = isAnimated ? 1 : facts.numLatents;
  show(opened);
  sampleTitle.value = sample?.title;
  if (isAnimated) {
    await animate(opened, facts.numLatents);
  }
  opened.decodeAhead();
}

function show(next: TokenPicture): void {
  picture.value?.close();
  picture.value = next;
  say(`${next.name} is shown with ${next.indices.length} latents.`);
}

/** Builds the picture up from one latent to all, as fast as it is decoded. */
async function animate(shown: TokenPicture, total: number): Promise<void> {
  const stops = OPENING.filter((stop) => stop <= total);
  shown.decodeAhead(stops);
  for (const stop of stops) {
    const stopMask = maskOf(levelSizes.value, { kept: stop, off: new Set() });
    await decoded(shown, stopMask);
    if (!isOpening.value || picture.value !== shown) {
      return;
    }
    kept.value = stop;
    await new Promise((resolve) => setTimeout(resolve, OPENING_MILLISECONDS));
  }
  isOpening.value = false;
}

function decoded(shown: TokenPicture, wanted: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    const stop = effect(() => {
      void shown.version.value;
      if (shown.exact(wanted) !== undefined || !isOpening.value || picture.value !== shown) {
        resolve();
        queueMicrotask(() => stop());
      }
    });
  });
}

/** The address holds the picture and how much of it is shown. */
effect(() => {
  const shown = picture.value;
  const facts = tokenizer.value;
  if (shown !== undefined && facts !== undefined && !isOpening.value) {
    rememberSettings('reconstruct', {
      t: tokensToText(shown.indices, facts.codebookSize),
      keep: kept.value === facts.numLatents ? undefined : String(kept.value),
      off: [...off.value].join(','),
      s: sampleTitle.value,
      view: mode.value,
    });
  }
});

/** Another model reads other pictures. */
let lastModel = modelName.value;
effect(() => {
  const name = modelName.value;
  if (name !== lastModel) {
    lastModel = name;
    const { original, name: title } = picture.peek() ?? {};
    picture.peek()?.close();
    picture.value = undefined;
    if (original !== undefined && title !== undefined) {
      void attempt(async () => reopen(original, title));
    }
  }
});

async function reopen(original: PagePicture, title: string): Promise<void> {
  const canvas = new OffscreenCanvas(original.side, original.side);
  canvas.getContext('2d')?.putImageData(new ImageData(original.rgba, original.side, original.side), 0, 0);
  await open(await canvas.convertToBlob(), title, 'plain');
}
