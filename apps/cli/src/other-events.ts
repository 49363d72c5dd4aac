/**
 * Lets signals, timers and connections have their turn. Backends that compute at once never do by themselves, so
 * long work calls this between its passes.
 */
export function otherEvents(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
