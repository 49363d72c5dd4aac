import type { Remote } from 'comlink';
import { wrap } from 'comlink';
import type { BackendNote, EngineApi } from './engine-api';
import { failingWith } from './failing-with';

/** A model's worker that has started, and what computes there. */
export interface StartedEngine {
  readonly remote: Remote<EngineApi>;
  readonly note: BackendNote;
}

/**
 * Starts a worker for models.
 *
 * @param backend what should compute; nothing leaves the choice to the worker.
 * @param onLost called when the graphics card was reset and took the worker with it; calls that are under way fail
 *   with the same error.
 */
export async function startEngine(
  backend: string,
  onLost: (reason: unknown) => void,
): Promise<StartedEngine> {
  const started = new Worker(new URL('../worker/engine-worker.ts', import.meta.url), {
    type: 'module',
    name: backend,
  });
  const remote = wrap<EngineApi>(started);
  const failed = new Promise<never>((_, reject) => {
    started.addEventListener('error', (event) => {
      reject(
        new Error(
          `The engine did not start: ${event.message || 'its script could not be read'}. Reload the page.`,
        ),
      );
    });
  });
  const note = await Promise.race([remote.start(), failed]);
  const lost = remote.whenLost().then((reason) => {
    throw new Error(
      `The graphics card was reset (${reason}). The engine starts anew; what was under way is lost.`,
    );
  });
  lost.catch((error: unknown) => {
    // Calls that are under way are told first.
    setTimeout(() => started.terminate());
    onLost(error);
  });
  return { remote: failingWith(remote, lost), note };
}
