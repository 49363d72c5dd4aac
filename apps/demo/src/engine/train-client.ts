import { computed, signal } from '@preact/signals';
import type { Remote } from 'comlink';
import { wrap } from 'comlink';
import type { BackendNote } from './engine-api';
import { failingWith } from './failing-with';
import type { TrainApi } from './train-api';
import { wantedBackend } from './wanted-backend';

const note = signal<BackendNote | undefined>(undefined);
const isStarting = signal(false);

/** What computes the training, in a sentence that is true at any time. */
export const trainEngineLine = computed(() =>
  isStarting.value
    ? 'The engine of the training is starting.'
    : (note.value?.reason ?? 'The engine of the training starts with it.'),
);

let worker: Promise<Remote<TrainApi>> | undefined;
let numResets = 0;

/**
 * The worker that trains, started when it is first asked for. One that did not start or has ended is dropped, so that
 * the next call starts another.
 *
 * @param onLost called when a worker that had started ends and takes the training with it; calls that are under way
 *   fail with the same error.
 */
export function trainEngine(onLost: (error: Error) => void): Promise<Remote<TrainApi>> {
  worker ??= startWorker(onLost).catch((error: unknown) => {
    worker = undefined;
    throw error;
  });
  return worker;
}

async function startWorker(onLost: (error: Error) => void): Promise<Remote<TrainApi>> {
  isStarting.value = true;
  const started = new Worker(new URL('../worker/train-worker.ts', import.meta.url), {
    type: 'module',
    name: wantedBackend(numResets),
  });
  const remote = wrap<TrainApi>(started);
  const failed = new Promise<never>((_, reject) => {
    started.addEventListener('error', (event) => {
      // What it is told here, the console need not tell again.
      event.preventDefault();
      reject(new Error(event.message || 'its worker could not be read or ended'));
    });
  });
  try {
    note.value = await Promise.race([remote.start(), failed]);
  } catch (error) {
    started.terminate();
    throw new Error(
      `The engine of the training did not start: ${sentence(error)} Check the connection and press Start.`,
    );
  } finally {
    isStarting.value = false;
  }
  const reset = remote.whenLost().then((reason) => {
    numResets += 1;
    throw new Error(`the graphics card was reset (${reason})`);
  });
  const lost = Promise.race([reset, failed]).catch((error: unknown) => {
    throw new Error(`The training is lost: ${sentence(error)} Press Start to begin again.`);
  });
  lost.catch((error: Error) => {
    worker = undefined;
    note.value = undefined;
    // Calls that are under way are told first.
    setTimeout(() => started.terminate());
    onLost(error);
  });
  return failingWith(remote, lost);
}

function sentence(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
