import type { LogEntry } from './run-reader';

/**
 * The entries themselves when they are few, otherwise every second one of the steps; evaluations, which are rare, and
 * the newest stay. Done again whenever there are too many, it keeps old entries sparser than new ones.
 */
export function thinned(entries: LogEntry[], most: number): LogEntry[] {
  if (entries.length <= most) {
    return entries;
  }
  const last = entries.length - 1;
  return entries.filter((entry, i) => i % 2 === 0 || i === last || 'evaluation' in entry);
}
