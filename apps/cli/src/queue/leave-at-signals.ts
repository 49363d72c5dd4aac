const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Ctrl-C stops within a second: how long leaving may take. */
const PATIENCE_MS = 800;

/** Watches for signals until it is told not to. */
export interface Leaving {
  /** Whether a signal has come. */
  readonly hasBegun: boolean;
  stopWatching(): void;
}

/**
 * At a signal does what leaving needs, for less than a second, and ends the program by that signal.
 *
 * @param leave called once.
 */
export function leaveAtSignals(leave: () => Promise<void>): Leaving {
  let hasBegun = false;
  const stopWatching = (): void => SIGNALS.forEach((name) => process.off(name, onSignal));
  function onSignal(signal: NodeJS.Signals): void {
    if (hasBegun) {
      return;
    }
    hasBegun = true;
    const end = (): void => {
      stopWatching();
      process.kill(process.pid, signal);
    };
    setTimeout(end, PATIENCE_MS);
    leave().then(end, end);
  }
  SIGNALS.forEach((name) => process.on(name, onSignal));
  return {
    get hasBegun() {
      return hasBegun;
    },
    stopWatching,
  };
}
