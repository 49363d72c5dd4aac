import type { ModelSource } from './model-source';

export { openHub } from './open-hub-in-page';

/** Browsers have no folders: there is never anything at a path. */
export function openFolder(_path: string): Promise<{ source: ModelSource; file?: string } | undefined> {
  return Promise.resolve(undefined);
}
