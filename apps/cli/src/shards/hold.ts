/** A resource that is open until it is given back. */
export interface Held<T> {
  readonly value: T;
  /** Gives it back; resolves when that is done. */
  release(): Promise<void>;
}

/**
 * Keeps what a function opens for the length of some work open for longer.
 *
 * @param scope opens the resource, calls the work with it, and closes it when the work ends.
 * @throws whatever `scope` throws before it calls the work.
 */
export function hold<T>(scope: (work: (value: T) => Promise<void>) => Promise<void>): Promise<Held<T>> {
  return new Promise((resolve, reject) => {
    const ended = scope(
      (value) =>
        new Promise((endWork) => {
          const release = (): Promise<void> => {
            endWork();
            return ended;
          };
          resolve({ value, release });
        }),
    );
    ended.catch(reject);
  });
}
