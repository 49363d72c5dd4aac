import { signal } from '@preact/signals';
import type { Route, View } from './route';
import { formatRoute, parseRoute } from './route';

/** Where the page is. */
export const route = signal<Route>(parseRoute(location.hash));

/** The last address of each view, so that its tab leads back to where it was. */
const lastAddresses = signal<ReadonlyMap<View, string>>(new Map());

addEventListener('hashchange', () => {
  route.value = parseRoute(location.hash);
});

/** Writes the settings of the view that is shown into the address, without a step of history. */
export function rememberSettings(view: View, settings: Readonly<Record<string, string | undefined>>): void {
  const address = formatRoute(view, settings);
  if (lastAddresses.peek().get(view) !== address) {
    lastAddresses.value = new Map([...lastAddresses.peek(), [view, address]]);
  }
  // The address itself, since the event that tells of another one comes after it.
  if (parseRoute(location.hash).view === view && location.hash !== address) {
    history.replaceState(history.state, '', address);
  }
}

/** Where a tab leads. */
export function addressOf(view: View): string {
  return lastAddresses.value.get(view) ?? formatRoute(view, {});
}
