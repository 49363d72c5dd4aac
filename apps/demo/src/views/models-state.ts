import { effect, signal } from '@preact/signals';
import { cancelLoads, engine, loadGenerator, loadTokenizer } from '../engine/engine-client';
import type { ModelFacts, ModelPlace, NamedFile } from '../engine/engine-api';
import { hubEndpoint } from '../engine/hub-endpoint';
import { modelPlace } from '../engine/model-place';
import { rememberSettings, route } from '../state/address';
import { say } from '../state/announcements';

/** A model that was looked at, not loaded yet. */
export interface FoundModel {
  readonly place: ModelPlace;
  readonly name: string;
  readonly facts: ModelFacts;
}

export const found = signal<FoundModel | undefined>(undefined);
export const isLooking = signal(false);
/** Address of a folder, or a hub id. */
export const address = signal(addressIn(route.value.settings));
/** Whether the visitor ended the download that is under way. */
let isCancelled = false;
/** Bytes that the browser keeps for this page. */
export const storedBytes = signal<number | undefined>(undefined);
/** Names of models that were loaded, by kind. */
export const inUse = signal<Readonly<Partial<Record<ModelFacts['kind'], string>>>>({});

/** Reads config and header of what lies behind an address. */
export async function lookAtAddress(): Promise<void> {
  const { place, name } = modelPlace(address.value, document.baseURI, hubEndpoint(location));
  await look(place, name);
}

/** Reads config and header of files that were dropped or chosen. */
export async function lookAtFiles(files: readonly NamedFile[]): Promise<void> {
  const [first] = files;
  if (first !== undefined) {
    const name = first.path.includes('/') ? first.path.split('/')[0]! : first.path.replace(/\.zip$/, '');
    await look({ kind: 'files', files }, name);
  }
}

async function look(place: ModelPlace, name: string): Promise<void> {
  found.value = undefined;
  isLooking.value = true;
  try {
    found.value = { place, name, facts: await (await engine()).inspect(place) };
  } finally {
    isLooking.value = false;
  }
}

/** Loads what was found in place of the model in use. */
export async function loadFound(): Promise<void> {
  const model = found.value;
  if (model !== undefined) {
    const load = model.facts.kind === 'tokenizer' ? loadTokenizer : loadGenerator;
    isCancelled = false;
    try {
      await load(model.place, model.name);
    } catch (error) {
      if (isCancelled) {
        say('The download was cancelled.');
        return;
      }
      throw error;
    }
    inUse.value = { ...inUse.value, [model.facts.kind]: model.name };
    found.value = undefined;
    await measureStore();
  }
}

/** Ends the download; what is in use stays. */
export async function cancelLoad(): Promise<void> {
  isCancelled = true;
  await cancelLoads();
}

/** Asks how much the browser keeps for this page. */
export async function measureStore(): Promise<void> {
  storedBytes.value = (await navigator.storage?.estimate?.())?.usage;
}

/** Forgets downloaded models; what is in use stays in memory. */
export async function emptyStore(): Promise<void> {
  for (const name of await caches.keys()) {
    if (name.startsWith('restok-models')) {
      await caches.delete(name);
    }
  }
  await measureStore();
}

function addressIn(settings: URLSearchParams): string {
  return route.value.view === 'models' ? (settings.get('url') ?? '') : '';
}

effect(() => rememberSettings('models', { url: address.value }));
