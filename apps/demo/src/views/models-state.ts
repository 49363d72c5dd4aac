import { effect, signal } from '@preact/signals';
import { engine, loadGenerator, loadTokenizer } from '../engine/engine-client';
import type { ModelFacts, ModelPlace, NamedFile } from '../engine/engine-api';
import { rememberSettings, route } from '../state/address';

/** A model that was looked at, not loaded yet. */
export interface FoundModel {
  readonly place: ModelPlace;
  readonly name: string;
  readonly facts: ModelFacts;
}

export const found = signal<FoundModel | undefined>(undefined);
export const isLooking = signal(false);
export const address = signal(route.value.view === 'models' ? (route.value.settings.get('url') ?? '') : '');
/** Bytes that the browser keeps for this page. */
export const storedBytes = signal<number | undefined>(undefined);
/** Names of models that were loaded, by kind. */
export const inUse = signal<Readonly<Partial<Record<ModelFacts['kind'], string>>>>({});

/** Reads config and header of what lies behind an address. */
export async function lookAtAddress(): Promise<void> {
  const url = new URL(address.value, document.baseURI).href.replace(/\/+$/, '');
  await look({ kind: 'url', url }, url.split('/').at(-1) ?? url);
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
    await load(model.place, model.name);
    inUse.value = { ...inUse.value, [model.facts.kind]: model.name };
    found.value = undefined;
    await measureStore();
  }
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

effect(() => rememberSettings('models', { url: address.value }));
