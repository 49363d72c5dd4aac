import { signal } from '@preact/signals';
import type { Remote } from 'comlink';
import { proxy } from 'comlink';
import { say } from '../state/announcements';
import { showProblem } from '../state/problem';
import type {
  BackendNote,
  DownloadProgress,
  EngineApi,
  EngineName,
  GeneratorFacts,
  Loaded,
  ModelPlace,
  TokenizerFacts,
} from './engine-api';
import { engineChoice, rememberEngine } from './engine-choice';
import { siteModels } from './site-models';
import { startEngine } from './start-engine';
import { noteStorage } from './storage-note';
import { wantedBackend } from './wanted-backend';

/** What computes, once that is known. */
export const backendNote = signal<BackendNote | undefined>(undefined);
/** The download that is under way. */
export const download = signal<DownloadProgress | undefined>(undefined);
/** What is being done beside downloading, for people. */
export const activity = signal<string | undefined>(undefined);
export const tokenizer = signal<TokenizerFacts | undefined>(undefined);
export const generator = signal<GeneratorFacts | undefined>(undefined);
/** What the loaded models are called. */
export const modelName = signal('emoji-64');

/** A model in use and where it came from, so that a new engine can load it again. */
interface LoadedModel {
  readonly place: ModelPlace;
  readonly name: string;
}

let worker: Promise<Remote<EngineApi>> | undefined;
let numResets = 0;
let loadedTokenizer: LoadedModel | undefined;
let loadedGenerator: LoadedModel | undefined;
let tokenizerLoad: Promise<TokenizerFacts> | undefined;
let generatorLoad: Promise<GeneratorFacts> | undefined;

/** The model's worker, started when it is first asked for. */
export function engine(): Promise<Remote<EngineApi>> {
  worker ??= startWorker().catch((error: unknown) => {
    worker = undefined;
    throw error;
  });
  return worker;
}

async function startWorker(): Promise<Remote<EngineApi>> {
  activity.value = 'Starting the engine';
  try {
    const { remote, note } = await startEngine(wantedBackend(numResets), (reason) => void restart(reason));
    backendNote.value = note;
    return remote;
  } finally {
    activity.value = undefined;
  }
}

/** A graphics card may be reset under a page: everything on it is gone, and the models are loaded anew. */
async function restart(reason: unknown): Promise<void> {
  numResets += 1;
  worker = undefined;
  tokenizerLoad = undefined;
  generatorLoad = undefined;
  tokenizer.value = undefined;
  generator.value = undefined;
  await ensureTokenizer().catch(showProblem);
  showProblem(reason);
}

/** What the engine holds in memory, for a look from the console: `await restok.memory()`. */
Object.assign(globalThis, { restok: { memory: async () => (await engine()).memory() } });

/** The tokenizer in use: the one that was loaded last, at first the shipped one. */
export function ensureTokenizer(): Promise<TokenizerFacts> {
  tokenizerLoad ??= loadFirstTokenizer().catch((error: unknown) => {
    tokenizerLoad = undefined;
    throw error;
  });
  return tokenizerLoad;
}

async function loadFirstTokenizer(): Promise<TokenizerFacts> {
  if (loadedTokenizer !== undefined) {
    return loadTokenizer(loadedTokenizer.place, loadedTokenizer.name);
  }
  const [models] = await Promise.all([siteModels(), engine()]);
  return loadTokenizer(models[0]!.tokenizer, models[0]!.name);
}

/** The model's worker with a tokenizer in it, also when it had to be started anew. */
export async function loadedEngine(): Promise<Remote<EngineApi>> {
  await ensureTokenizer();
  return engine();
}

/** The generator in use, at first the shipped one. */
export function ensureGenerator(): Promise<GeneratorFacts> {
  generatorLoad ??= loadFirstGenerator().catch((error: unknown) => {
    generatorLoad = undefined;
    throw error;
  });
  return generatorLoad;
}

async function loadFirstGenerator(): Promise<GeneratorFacts> {
  if (loadedGenerator !== undefined) {
    await ensureTokenizer();
    return loadGenerator(loadedGenerator.place, loadedGenerator.name);
  }
  const [models] = await Promise.all([siteModels(), ensureTokenizer()]);
  const place = models[0]!.generator;
  if (place === undefined) {
    throw new Error('This site was built without a generator. Load one under Models.');
  }
  return loadGenerator(place, models[0]!.name);
}

/** Loads a tokenizer in place of the one in use. */
export async function loadTokenizer(place: ModelPlace, name: string): Promise<TokenizerFacts> {
  const remote = await engine();
  const facts = await loading('tokenizer', (onProgress) =>
    remote.loadTokenizer({ place, engine: engineChoice.value }, proxy(onProgress)),
  );
  loadedTokenizer = { place, name };
  tokenizer.value = facts;
  tokenizerLoad = Promise.resolve(facts);
  modelName.value = name;
  return facts;
}

/** Loads a generator in place of the one in use. */
export async function loadGenerator(place: ModelPlace, name: string): Promise<GeneratorFacts> {
  const remote = await engine();
  const facts = await loading('generator', (onProgress) =>
    remote.loadGenerator({ place, engine: engineChoice.value }, proxy(onProgress)),
  );
  loadedGenerator = { place, name };
  generator.value = facts;
  generatorLoad = Promise.resolve(facts);
  say(`The generator of ${name} is ready.`);
  return facts;
}

/** Runs the models in use by another engine from now on; where it cannot, all stays as it was. */
export async function chooseEngine(name: EngineName): Promise<void> {
  const before = { name: engineChoice.value, tokenizerLoad, generatorLoad };
  const [ownTokenizer, ownGenerator] = [loadedTokenizer, loadedGenerator];
  rememberEngine(name);
  try {
    // Set at once, so that whoever asks for a model waits for the new one.
    if (ownTokenizer !== undefined && tokenizer.value?.isExported === true) {
      tokenizerLoad = loadTokenizer(ownTokenizer.place, ownTokenizer.name);
    }
    if (ownGenerator !== undefined && generator.value?.isExported === true) {
      const first = tokenizerLoad ?? Promise.resolve();
      generatorLoad = first.then(() => loadGenerator(ownGenerator.place, ownGenerator.name));
    }
    await Promise.all([tokenizerLoad, generatorLoad]);
  } catch (error) {
    ({ tokenizerLoad, generatorLoad } = before);
    rememberEngine(before.name);
    throw error;
  }
}

/** Ends what {@link loadTokenizer} and {@link loadGenerator} are doing; their promises fail. */
export async function cancelLoads(): Promise<void> {
  await (await engine()).cancelLoads();
}

async function loading<Facts>(
  what: string,
  load: (onProgress: (progress: DownloadProgress) => void) => Promise<Loaded<Facts>>,
): Promise<Facts> {
  activity.value = `Loading the ${what}`;
  try {
    const { facts, storage } = await load((progress) => (download.value = { ...progress, what }));
    say(`The ${what} is ready.`);
    noteStorage(what, storage);
    return facts;
  } finally {
    download.value = undefined;
    activity.value = undefined;
  }
}
