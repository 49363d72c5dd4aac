import { effect } from '@preact/signals';
import { engine, ensureTokenizer, loadedEngine, modelName } from '../engine/engine-client';
import type { NamedFile, PagePicture } from '../engine/engine-api';
import type { SiteSample } from '../engine/site-models';
import { siteModels } from '../engine/site-models';
import { route } from '../state/address';
import { say } from '../state/announcements';
import { parseLevelList } from '../state/levels';
import { attempt } from '../state/problem';
import { numberSetting } from '../state/route';
import { sampleFile } from '../state/sample-file';
import { stageModes } from '../state/stage-mode';
import { textToTokens, tokensToText } from '../state/token-text';
import { TokenPicture } from '../state/token-picture';
import { animate } from './opening-animation';
import { isOpening, keep, kept, mode, off, pending, picture, sampleTitle } from './reconstruct-state';

/** The picture of a visitor who brings none. */
const FIRST_SAMPLE = 'trophy';

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
