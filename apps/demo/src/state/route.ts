/** Views of the page in the order of their tabs. */
export const views = ['reconstruct', 'generate', 'mix', 'inside', 'train', 'models'] as const;

export type View = (typeof views)[number];

/** What the address says: a view and its settings. */
export interface Route {
  readonly view: View;
  readonly settings: URLSearchParams;
}

/** Reads `#/reconstruct?keep=8`; anything else is the first view. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const view = views.find((name) => name === path) ?? views[0];
  return { view, settings: new URLSearchParams(query) };
}

/** The address of a route; settings that are undefined or empty are left out. */
export function formatRoute(view: View, settings: Readonly<Record<string, string | undefined>>): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(settings)) {
    if (value !== undefined && value !== '') {
      query.set(key, value);
    }
  }
  const text = query.toString();
  return text === '' ? `#/${view}` : `#/${view}?${text}`;
}

/**
 * A number of the settings, held within bounds.
 *
 * @param fallback when there is none or it is no number.
 */
export function numberSetting(
  settings: URLSearchParams,
  key: string,
  { fallback, min, max }: { readonly fallback: number; readonly min: number; readonly max: number },
): number {
  const text = settings.get(key);
  const value = text === null || text.trim() === '' ? NaN : Number(text);
  return Number.isFinite(value) ? Math.min(max, Math.max(min, value)) : fallback;
}
