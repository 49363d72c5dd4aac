import type { Remote } from 'comlink';

/** The same worker, whose calls fail as soon as `lost` does: a worker that was ended answers nothing. */
export function failingWith<Api>(remote: Remote<Api>, lost: Promise<never>): Remote<Api> {
  return new Proxy(remote, {
    get(target, key, receiver): unknown {
      const method: unknown = Reflect.get(target, key, receiver);
      return typeof method === 'function' && typeof key === 'string' && key !== 'then'
        ? (...given: unknown[]): Promise<unknown> =>
            Promise.race([Reflect.apply(method, target, given), lost])
        : method;
    },
  });
}
