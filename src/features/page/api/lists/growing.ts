/**
 * A sequence that is read once, kept, and given to many readers, also to those that come while it is still
 * being read.
 */
export interface Growing<T> {
  /** All of it from the beginning. @throws what reading it throws, once what came before was given. */
  readonly read: () => AsyncGenerator<T>;
  readonly state: () => 'growing' | 'whole' | 'failed';
  /** Resolves once it no longer grows. */
  readonly ended: Promise<void>;
}

export function createGrowing<T>(source: AsyncIterable<T>): Growing<T> {
  const kept: T[] = [];
  let state: 'growing' | 'whole' | 'failed' = 'growing';
  let failure: unknown;
  let changed = Promise.withResolvers<undefined>();
  const tell = (): void => {
    changed.resolve(undefined);
    changed = Promise.withResolvers();
  };
  const grow = async (): Promise<void> => {
    try {
      for await (const one of source) {
        kept.push(one);
        tell();
      }
      state = 'whole';
    } catch (error) {
      failure = error;
      state = 'failed';
    }
    tell();
  };
  const ended = grow();
  return {
    state: () => state,
    ended,
    read: async function* () {
      for (let index = 0; ; index += 1) {
        while (index >= kept.length && state === 'growing') await changed.promise;
        if (index < kept.length) yield kept[index] as T;
        else if (state === 'failed') throw failure;
        else return;
      }
    },
  };
}
