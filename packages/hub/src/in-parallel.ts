/** Files that are downloaded at a time. */
export const PARALLEL = 4;

/**
 * Works through items, so many at a time. After a failure no further item is begun, and those under way are waited
 * for, so that nothing goes on behind the caller's back.
 *
 * @throws the first failure, or the signal's reason.
 */
export async function inParallel<Item>(
  items: readonly Item[],
  width: number,
  signal: AbortSignal | undefined,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = [...items];
  const failures: unknown[] = [];
  const worker = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
      try {
        signal?.throwIfAborted();
        await work(item);
      } catch (error) {
        failures.push(error);
        waiting.length = 0;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
  if (failures.length > 0) {
    throw failures[0];
  }
}
