import { effect, signal } from '@preact/signals';
import { engine, ensureTokenizer, tokenizer, loadedEngine } from '../engine/engine-client';
import type { AttentionMaps, CodebookMap, PagePicture } from '../engine/engine-api';
import { rememberSettings, route } from '../state/address';
import { levelsOf, maskOf } from '../state/levels';
import { differenceMap } from '../state/picture-arithmetic';
import { numberSetting } from '../state/route';
import type { TokenPicture } from '../state/token-picture';
import { tokensToText } from '../state/token-text';
import { openFirst } from './reconstruct-open';
import { picture, sampleTitle } from './reconstruct-state';

/** Sides of the map of pictures, in codes. */
export const MAP_COLUMNS = 16;
/** Codes that are decoded together; the map fills row by row. */
const CODES_PER_ROUND = 8;

const bounds = { min: 0, max: 1000 };

export const layer = signal(0);
/** -1 is the mean of all heads. */
export const head = signal(-1);
/** The latent that is looked at. */
export const latent = signal(0);
export const attention = signal<AttentionMaps | undefined>(undefined);
/** What each level changes, 0 ... 1 for every pixel. */
export const levelMaps = signal<readonly (Float32Array | undefined)[]>([]);
export const codeMap = signal<CodebookMap | undefined>(undefined);
export const codePictures = signal<ReadonlyMap<number, PagePicture>>(new Map());
/** Every code once, neighbours alike. */
export const wholeMap = signal<CodebookMap | undefined>(undefined);
/** How often each code was used by the pictures that were opened. */
export const usage = signal<ReadonlyMap<number, number>>(new Map());
export const numCounted = signal(0);

/** Looks at what the address names, of its picture, of that of Reconstruct, or of the first sample. */
export async function openInside(): Promise<void> {
  const { settings } = route.value;
  layer.value = Math.round(numberSetting(settings, 'layer', { ...bounds, fallback: layer.value }));
  head.value = Math.round(numberSetting(settings, 'head', { ...bounds, fallback: head.value, min: -1 }));
  latent.value = Math.round(numberSetting(settings, 'latent', { ...bounds, fallback: latent.value }));
  await ensureTokenizer();
  await openFirst();
}

/** The address holds the picture and what is looked at. */
effect(() => {
  const shown = picture.value;
  const facts = tokenizer.value;
  if (shown !== undefined && facts !== undefined) {
    rememberSettings('inside', {
      t: tokensToText(shown.indices, facts.codebookSize),
      s: sampleTitle.value,
      layer: String(layer.value),
      head: String(head.value),
      latent: String(latent.value),
    });
  }
});

/** Reads the attention of the layer and head that are chosen. */
export async function readAttention(shown: TokenPicture): Promise<void> {
  const facts = tokenizer.value;
  if (facts === undefined || shown.original === undefined) {
    attention.value = undefined;
    return;
  }
  const lastLayer = facts.encoderLayers + facts.decoderLayers - 1;
  layer.value = Math.min(layer.value, lastLayer);
  const heads = layer.value < facts.encoderLayers ? facts.encoderHeads : facts.decoderHeads;
  head.value = Math.min(head.value, heads - 1);
  latent.value = Math.min(latent.value, facts.numLatents - 1);
  attention.value = await (await loadedEngine()).attention(shown.original, layer.value, head.value);
}

/** Compares the picture with itself without each level in turn. */
export function readLevelMaps(shown: TokenPicture): void {
  const { levelSizes } = shown;
  const kept = shown.indices.length;
  const whole = shown.show(maskOf(levelSizes, { kept, off: new Set() }));
  levelMaps.value = levelsOf(levelSizes).map(({ level }) => {
    const mask = maskOf(levelSizes, { kept, off: new Set([level]) });
    const without = shown.exact(mask);
    if (without === undefined) {
      shown.ask(mask);
    }
    return whole === undefined || without === undefined ? undefined : differenceMap(whole, without);
  });
}

let counted = new WeakSet<Int32Array>();
let countedModel: unknown;

/** Counts the codes of a picture, once. */
export function countUsage(shown: TokenPicture): void {
  if (countedModel !== tokenizer.value) {
    countedModel = tokenizer.value;
    counted = new WeakSet();
    usage.value = new Map();
    numCounted.value = 0;
    codeMap.value = undefined;
    wholeMap.value = undefined;
    codePictures.value = new Map();
  }
  if (!counted.has(shown.indices)) {
    counted.add(shown.indices);
    const next = new Map(usage.value);
    shown.indices.forEach((code) => next.set(code, (next.get(code) ?? 0) + 1));
    usage.value = next;
    numCounted.value += 1;
  }
}

/**
 * Reads the map of the codebook, and then a picture of each of its cells.
 *
 * @param isWanted asked before each round; the map is finished when it is opened again.
 */
export async function readCodebook(isWanted: () => boolean): Promise<void> {
  const facts = await ensureTokenizer();
  const remote = await engine();
  codeMap.value ??= await remote.codebookMap(MAP_COLUMNS);
  wholeMap.value ??= await remote.codebookMap(Math.ceil(Math.sqrt(facts.codebookSize)));
  const missing = [...new Set(codeMap.value.cells)].filter((code) => !codePictures.value.has(code));
  for (let start = 0; start < missing.length && isWanted(); start += CODES_PER_ROUND) {
    const codes = missing.slice(start, start + CODES_PER_ROUND);
    const pictures = await remote.codePictures(codes);
    const next = new Map(codePictures.value);
    codes.forEach((code, i) => next.set(code, pictures[i]!));
    codePictures.value = next;
  }
}
