/** As much of the Cache API of browsers as is used here, in memory. */
export class MemoryCaches implements CacheStorage {
  isFull = false;
  private readonly kept = new Map<string, Blob>();

  /** What is kept, in order. */
  addresses(): string[] {
    return [...this.kept.keys()].sort();
  }

  open(): Promise<Cache> {
    return Promise.resolve({
      match: (address) => {
        const body = this.kept.get(String(address));
        return Promise.resolve(body === undefined ? undefined : new Response(body));
      },
      put: async (address, response) => {
        if (this.isFull) {
          throw new DOMException('full', 'QuotaExceededError');
        }
        this.kept.set(String(address), await response.blob());
      },
      ...unused,
    });
  }

  readonly match = refuse;
  readonly has = refuse;
  readonly delete = refuse;
  readonly keys = refuse;
}

function refuse(): Promise<never> {
  return Promise.reject(new Error('not used'));
}

const unused = { add: refuse, addAll: refuse, delete: refuse, keys: refuse, matchAll: refuse };
