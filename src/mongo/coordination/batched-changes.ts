/**
 * Changes of one document by compare-and-set, many in one write: while one is written, those that come
 * wait, and go together in the next.
 */

/** Makes the next state of the newest one; `undefined` leaves it alone. */
export type Change<S> = (state: S) => S | undefined;

/** What one change of several made of the state; `error` is what it threw. */
export interface Result<S> {
  readonly state: S;
  readonly isChanged: boolean;
  readonly error?: unknown;
}

/** Applies each change to what those before it left, as if each were written alone. */
export function applyAll<S>(from: S, changes: readonly Change<S>[]): readonly Result<S>[] {
  let state = from;
  return changes.map((change) => {
    try {
      const next = change(state);
      state = next ?? state;
      return { state, isChanged: next !== undefined };
    } catch (error) {
      return { state, isChanged: false, error };
    }
  });
}

interface Waiting<S> {
  readonly change: Change<S>;
  readonly resolve: (state: S) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * One write at a time, each for all the changes that came during the one before, in their order. A write
 * that fails rejects every change in it, and no other.
 */
export function batched<S>(
  write: (changes: readonly Change<S>[]) => Promise<readonly Result<S>[]>,
): (change: Change<S>) => Promise<S> {
  let waiting: Waiting<S>[] = [];
  let isWriting = false;

  const writeBatch = async (batch: readonly Waiting<S>[]): Promise<void> => {
    try {
      const results = await write(batch.map(({ change }) => change));
      for (const [index, { state, error }] of results.entries()) {
        if (error === undefined) batch[index]?.resolve(state);
        else batch[index]?.reject(error);
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  };
  const writeAll = async (): Promise<void> => {
    if (isWriting) return;
    isWriting = true;
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      await writeBatch(batch);
    }
    isWriting = false;
  };

  return (change) =>
    new Promise((resolve, reject) => {
      waiting.push({ change, resolve, reject });
      void writeAll();
    });
}
