import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Ctrl-C stops within a second: this long for ending well, the rest for clearing up. */
const PATIENCE_MS = 700;

export interface StoppableOptions {
  /** Where partial files are cleared away when the work does not end in time; one folder or several. */
  readonly folder?: string | readonly string[];
  /** Milliseconds after a signal until the program ends whatever the work does. */
  readonly patience?: number;
}

/**
 * Runs what a signal must not cut off in the middle, such as the writing of a file. Elsewhere a signal ends the
 * program at once, also while tensors are computed; here the work may end first, and then the program ends by
 * the same signal.
 *
 * @param work may watch its signal to end sooner.
 */
export async function stoppable<T>(
  work: (signal: AbortSignal) => Promise<T>,
  { folder = [], patience = PATIENCE_MS }: StoppableOptions = {},
): Promise<T> {
  const controller = new AbortController();
  let received: NodeJS.Signals | undefined;
  let deadline: NodeJS.Timeout | undefined;
  const stopListening = (): void => SIGNALS.forEach((name) => process.off(name, onSignal));
  const endProgram = (signal: NodeJS.Signals): void => {
    [folder].flat().forEach(removePartialFiles);
    stopListening();
    process.kill(process.pid, signal);
  };
  function onSignal(signal: NodeJS.Signals): void {
    if (received !== undefined) {
      return endProgram(signal);
    }
    received = signal;
    controller.abort(new Error(`restok: stopped by ${signal}.`));
    deadline = Number.isFinite(patience) ? setTimeout(() => endProgram(signal), patience) : undefined;
  }
  SIGNALS.forEach((name) => process.on(name, onSignal));
  try {
    return await work(controller.signal);
  } finally {
    await pendingSignals();
    clearTimeout(deadline);
    if (received !== undefined) {
      endProgram(received);
    }
    stopListening();
  }
}

/** Lets the event loop deliver signals that have already arrived. */
async function pendingSignals(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Files that this process was writing beside their place. */
function removePartialFiles(folder: string): void {
  try {
    readdirSync(folder)
      .filter((name) => name.endsWith(`.${process.pid}.partial`))
      .forEach((name) => rmSync(join(folder, name), { force: true }));
  } catch {
    // There is no such folder, so there is nothing to clear away.
  }
}
