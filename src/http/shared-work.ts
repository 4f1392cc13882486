/**
 * Work that simultaneous callers share: while it is running for a key, the others with that key wait for the
 * same result.
 */

/** Rejects with what the work throws. */
export type SharedWork<T> = (key: string, work: () => Promise<T>) => Promise<T>;

export function createSharedWork<T>(): SharedWork<T> {
  const running = new Map<string, Promise<T>>();
  return (key, work) => {
    const existing = running.get(key);
    if (existing !== undefined) return existing;
    const started = work().finally(() => running.delete(key));
    running.set(key, started);
    return started;
  };
}
