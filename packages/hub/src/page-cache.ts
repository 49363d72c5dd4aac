import { UnreachableError } from './retrying';

/** Name of what the page keeps, in the Cache API. */
const PAGE_CACHE = 'restok-models';

/**
 * The page's cache of models. Pages that have none (no https) or no room keep nothing, and download each time.
 *
 * @param caches the Cache API where there is one.
 */
export class PageCache {
  constructor(private readonly caches: CacheStorage | undefined = globalThis.caches) {}

  /** What is kept for an address. */
  async find(address: string): Promise<Response | undefined> {
    return this.withCache((cache) => cache.match(address));
  }

  /** @returns whether it is kept. */
  async keep(address: string, body: Blob): Promise<boolean> {
    const isKept = await this.withCache(async (cache) => {
      await cache.put(address, new Response(body));
      return true;
    });
    return isKept === true;
  }

  /** A `fetch` whose answers are kept and found again when nobody answers. */
  remembering(request: typeof fetch): typeof fetch {
    return async (input) => {
      const address = String(input);
      try {
        const response = await request(address);
        const body = await response.blob();
        await this.keep(address, body);
        return new Response(body);
      } catch (error) {
        const earlier = error instanceof UnreachableError ? await this.find(address) : undefined;
        if (earlier === undefined) {
          throw error;
        }
        return earlier;
      }
    };
  }

  private async withCache<T>(use: (cache: Cache) => Promise<T>): Promise<T | undefined> {
    try {
      return this.caches === undefined ? undefined : await use(await this.caches.open(PAGE_CACHE));
    } catch {
      // Forbidden, or full.
      return undefined;
    }
  }
}
