/**
 * A database whose operations retry by themselves: each call of a collection, and each read of a cursor to
 * its end, runs under the given retry. Every operation therefore has to be idempotent.
 */
import type { Collection, Db } from 'mongodb';

/** Runs an operation until it succeeds or fails for good. */
export type Retry = <T>(operation: () => Promise<T>) => Promise<T>;

type Method = (...args: readonly unknown[]) => unknown;

const cursorMakers: ReadonlySet<PropertyKey> = new Set([
  'find',
  'aggregate',
  'listCollections',
  'listIndexes',
]);
/** The methods that end a chain on a cursor and ask the server. */
const cursorReaders: ReadonlySet<PropertyKey> = new Set(['toArray', 'next', 'tryNext', 'forEach']);

/** The same database, whose operations run under `retry`. */
export function retryingDb(db: Db, retry: Retry): Db {
  return withMethods(db, (key, method) => {
    if (key === 'collection')
      return (...args) => retryingCollection(method(...args) as Collection, retry);
    return retryingMethod(key, method, retry);
  });
}

function retryingCollection(collection: Collection, retry: Retry): Collection {
  return withMethods(collection, (key, method) => retryingMethod(key, method, retry));
}

function retryingMethod(key: PropertyKey, method: Method, retry: Retry): Method {
  return cursorMakers.has(key)
    ? (...args) => retryingCursor(() => method(...args) as object, retry)
    : (...args) => retry(() => Promise.resolve(method(...args)));
}

/** Makes the cursor anew at each try, with the chained calls so far. */
function retryingCursor(make: () => object, retry: Retry): object {
  return withMethods(make(), (key, method) =>
    cursorReaders.has(key)
      ? (...args) => retry(() => Promise.resolve(methodOf(make(), key)(...args)))
      : (...args) => {
          const made = method(...args);
          if (typeof made !== 'object' || made === null) return made;
          return retryingCursor(() => methodOf(make(), key)(...args) as object, retry);
        },
  );
}

function withMethods<T extends object>(
  target: T,
  wrap: (key: PropertyKey, method: Method) => Method,
): T {
  return new Proxy(target, {
    get: (_, key) => {
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? wrap(key, methodOf(target, key)) : value;
    },
  });
}

function methodOf(target: object, key: PropertyKey): Method {
  const method = Reflect.get(target, key, target) as Method;
  return (...args) => Reflect.apply(method, target, args);
}
