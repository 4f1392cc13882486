/**
 * A database whose operations retry by themselves: each call of a collection, and each reading of a cursor
 * to its end, runs under the given retry. Every operation therefore has to be idempotent.
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
/** The calls that describe what a cursor reads, and give it back. */
const cursorOptions: ReadonlySet<PropertyKey> = new Set([
  'sort',
  'limit',
  'skip',
  'project',
  'hint',
]);

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

/**
 * Only the reading to the end is retried, with a cursor made anew at each try. Reading step by step belongs
 * to one cursor, so whoever does that retries the whole reading.
 * The client keeps each cursor until it is closed, so none is made before it is read.
 */
function retryingCursor(make: () => object, retry: Retry): object {
  let made: object | undefined;
  return new Proxy(
    {},
    {
      get: (_, key) => {
        if (key === 'toArray') return () => retry(() => Promise.resolve(methodOf(make(), key)()));
        if (cursorOptions.has(key))
          return (...args: readonly unknown[]) =>
            retryingCursor(() => methodOf(make(), key)(...args) as object, retry);
        made ??= make();
        const value: unknown = Reflect.get(made, key, made);
        return typeof value === 'function' ? methodOf(made, key) : value;
      },
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
