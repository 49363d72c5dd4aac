import { computed, effect, signal } from '@preact/signals';
import { proxy } from 'comlink';
import { engine, ensureGenerator, ensureTokenizer, tokenizer, loadedEngine } from '../engine/engine-client';
import type { GenerateStep, NamedFile, PagePicture, TokenizerFacts } from '../engine/engine-api';
import { siteModels } from '../engine/site-models';
import { rememberSettings, route } from '../state/address';
import { say } from '../state/announcements';
import { endOfLevel } from '../state/levels';
import type { Origin } from '../state/mixing';
import { mixOrigins, parseOrigins, withOrigin } from '../state/mixing';
import { numberSetting } from '../state/route';
import { sampleFile } from '../state/sample-file';
import { textToTokens, tokensToText } from '../state/token-text';
import { TokenPicture } from '../state/token-picture';

/** The two pictures. */
export type Slot = 'a' | 'b';

/** Steps of the way from the first picture to the second. */
export const BLEND_STEPS = 8;
/** The first pictures of a visitor who brings none. */
const FIRST = { a: 'smile', b: 'pizza' } as const;

export const pictures = {
  a: signal<TokenPicture | undefined>(undefined),
  b: signal<TokenPicture | undefined>(undefined),
};
/** Which picture the shelf fills next. */
export const slot = signal<Slot>('a');
export const origins = signal<readonly Origin[]>([]);
export const redrawn = signal<Int32Array | undefined>(undefined);
export const blend = signal<readonly PagePicture[]>([]);
export const blendAt = signal(BLEND_STEPS / 2);
export const isDrawing = signal(false);

/** The picture that comes out. */
export const mixed = computed(() => {
  const { value: a } = pictures.a;
  const { value: b } = pictures.b;
  return a === undefined || b === undefined
    ? undefined
    : new TokenPicture(
        'Mixed',
        mixOrigins({ a: a.indices, b: b.indices, redrawn: redrawn.value }, origins.value, a.levelSizes),
        a.levelSizes,
      );
});

/** Opens what the address names; where it names nothing and nothing is there, two samples. */
export async function openMix(): Promise<void> {
  const facts = await ensureTokenizer();
  const { settings } = route.value;
  const { numLatents, codebookSize, levelSizes } = facts;
  const isStale = (['a', 'b'] as const).some((name) => pictures[name].value?.indices.length !== numLatents);
  const fromAddress = (key: string): Int32Array | undefined =>
    textToTokens(settings.get(key) ?? '', numLatents, codebookSize);
  for (const name of ['a', 'b'] as const) {
    const indices = fromAddress(name);
    const shown = pictures[name].value;
    if (indices !== undefined && (shown === undefined || shown.indices.join() !== indices.join())) {
      pictures[name].value = new TokenPicture('From a link', indices, levelSizes);
    } else if (shown === undefined || isStale) {
      await openSampleNamed(name, FIRST[name], facts);
    }
  }
  const given = parseOrigins(settings.get('levels'), levelSizes.length);
  blendAt.value = Math.round(
    numberSetting(settings, 'between', {
      fallback: settings.has('levels') ? BLEND_STEPS / 2 : blendAt.value,
      min: 0,
      max: BLEND_STEPS,
    }),
  );
  if (given !== undefined || origins.value.length !== levelSizes.length) {
    redrawn.value = fromAddress('n');
    origins.value = given ?? levelSizes.map((_, level) => (level < levelSizes.length / 2 ? 'a' : 'b'));
  }
  await computeBlend();
}

async function openSampleNamed(name: Slot, start: string, facts: TokenizerFacts): Promise<void> {
  const samples = (await siteModels())[0]?.samples ?? [];
  const sample =
    samples.find(({ title }) => title.startsWith(start)) ?? samples[name === 'a' ? 0 : samples.length - 1];
  if (sample !== undefined) {
    await read(name, await sampleFile(sample.url), sample.title, facts);
  }
}

/** Puts a sample into the slot that is next. */
export async function fill(url: string, title: string): Promise<void> {
  await fillWith(await sampleFile(url), title);
}

/** Puts files into the slots, one after the other. */
export async function fillFromFiles(files: readonly NamedFile[]): Promise<void> {
  for (const { blob, path } of files.slice(0, 2)) {
    await fillWith(blob, path);
  }
}

async function fillWith(blob: Blob, title: string): Promise<void> {
  const name = slot.value;
  await read(name, blob, title, await ensureTokenizer());
  slot.value = name === 'a' ? 'b' : 'a';
  await computeBlend();
}

async function read(name: Slot, blob: Blob, title: string, facts: TokenizerFacts): Promise<void> {
  const remote = await engine();
  const original = await remote.openPicture(blob);
  const indices = await remote.encode(original);
  pictures[name].value?.close();
  pictures[name].value = new TokenPicture(title, indices, facts.levelSizes, original);
  redrawn.value = undefined;
  origins.value = origins.value.map((origin) => (origin === 'n' ? 'a' : origin));
}

/** Takes a level of the mixed picture from one of the two. */
export function takeLevel(level: number, origin: Slot): void {
  origins.value = withOrigin(origins.value, level, origin);
  say(`Level ${level + 1} comes from the ${origin === 'a' ? 'first' : 'second'} picture.`);
}

/** Takes a level from the other picture than now. */
export function flipLevel(level: number): void {
  takeLevel(level, origins.value[level] === 'a' ? 'b' : 'a');
}

/** Draws all levels from one on anew with the generator; those before stay. */
export async function redraw(fromLevel: number, className: string, seed: number): Promise<void> {
  const current = mixed.value;
  isDrawing.value = true;
  try {
    const [facts, remote] = [await ensureGenerator(), await engine()];
    if (current === undefined) {
      return;
    }
    const numKept = fromLevel === 0 ? 0 : endOfLevel(current.levelSizes, fromLevel - 1);
    if (!facts.possibleStarts.includes(numKept)) {
      throw new Error('The generator does not start at this level. Choose another.');
    }
    let last: GenerateStep | undefined;
    const label = Math.max(0, facts.classNames.indexOf(className));
    const request = {
      labels: [label],
      seed,
      guidanceScale: facts.canGuide ? 2 : 1,
      schedule: 'constant',
      scheduleStart: 0,
      temperature: 1,
      topP: 0.95,
      ...(numKept === 0 ? {} : { keep: { indices: [...current.indices], numKept } }),
    };
    await remote.generate(
      request,
      proxy((step: GenerateStep) => (last = step)),
    );
    const indices = last?.indices[0];
    if (indices !== undefined) {
      redrawn.value = indices;
      origins.value = origins.value.map((origin, level) => (level >= fromLevel ? 'n' : origin));
      say(`Levels ${fromLevel + 1} to ${current.levelSizes.length} are drawn anew.`);
    }
  } finally {
    isDrawing.value = false;
  }
}

let blended = '';

async function computeBlend(): Promise<void> {
  const { value: a } = pictures.a;
  const { value: b } = pictures.b;
  if (a === undefined || b === undefined || blended === `${a.indices.join()} ${b.indices.join()}`) {
    return;
  }
  blended = `${a.indices.join()} ${b.indices.join()}`;
  blend.value = [];
  const shares = Array.from({ length: BLEND_STEPS + 1 }, (_, step) => step / BLEND_STEPS);
  blend.value = await (await loadedEngine()).blend(a.indices, b.indices, shares);
}

effect(() => {
  const facts = tokenizer.value;
  const { value: a } = pictures.a;
  const { value: b } = pictures.b;
  if (facts !== undefined && a !== undefined && b !== undefined && origins.value.length > 0) {
    rememberSettings('mix', {
      a: tokensToText(a.indices, facts.codebookSize),
      b: tokensToText(b.indices, facts.codebookSize),
      levels: origins.value.join(''),
      between: blendAt.value === BLEND_STEPS / 2 ? undefined : String(blendAt.value),
      n: redrawn.value === undefined ? undefined : tokensToText(redrawn.value, facts.codebookSize),
    });
  }
});
