import { describe, expect, it } from 'vitest';

import type { Change, Result } from '../../../src/mongo/coordination/batched-changes.ts';
import { applyAll, batched } from '../../../src/mongo/coordination/batched-changes.ts';

/** A document that holds a list of names, whose writes the test ends one by one. */
function heldDocument() {
  let stored: readonly string[] = [];
  const writes: { readonly names: readonly string[]; readonly end: (error?: Error) => void }[] = [];
  const update = batched(async (changes: readonly Change<readonly string[]>[]) => {
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const results: readonly Result<readonly string[]>[] = applyAll(stored, changes);
    const names = results.at(-1)?.state ?? stored;
    const end = (error?: Error): void => {
      if (error === undefined) resolve(undefined);
      else reject(error);
    };
    writes.push({ names, end });
    await promise;
    stored = names;
    return results;
  });
  return { writes, add: (name: string) => update((names) => [...names, name]), update };
}

/** Lets everything run that waits for nothing but a promise. */
async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

describe('batched changes', () => {
  it('writes all changes that came during a write together in the next, in their order', async () => {
    const { writes, add } = heldDocument();
    const done = ['a', 'b', 'c', 'd'].map(add);
    await turn();
    expect(writes.map(({ names }) => names)).toEqual([['a']]);
    writes[0]?.end();
    await turn();
    expect(writes.map(({ names }) => names)).toEqual([['a'], ['a', 'b', 'c', 'd']]);
    writes[1]?.end();
    expect(await Promise.all(done)).toEqual([
      ['a'],
      ['a', 'b'],
      ['a', 'b', 'c'],
      ['a', 'b', 'c', 'd'],
    ]);
  });

  it('acknowledges no change before its write has ended', async () => {
    const { writes, add } = heldDocument();
    const acknowledged: string[] = [];
    const done = ['a', 'b'].map((name) => add(name).then(() => acknowledged.push(name)));
    await turn();
    expect(acknowledged).toEqual([]);
    writes[0]?.end();
    await turn();
    expect(acknowledged).toEqual(['a']);
    writes[1]?.end();
    await Promise.all(done);
  });

  it('rejects every change of a failed write, and writes those that came after it', async () => {
    const { writes, add } = heldDocument();
    const first = add('a');
    const failing = [add('b'), add('c')];
    await turn();
    writes[0]?.end();
    await turn();
    const later = add('d');
    writes[1]?.end(new Error('MongoDB is away'));
    const outcomes = await Promise.allSettled(failing);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await turn();
    writes[2]?.end();
    expect(await Promise.all([first, later])).toEqual([['a'], ['a', 'd']]);
  });

  it('rejects only the change that throws, and keeps the others of its write', async () => {
    const { writes, add, update } = heldDocument();
    const first = add('a');
    const broken = update(() => {
      throw new TypeError('a bug');
    });
    const last = add('b');
    await turn();
    writes[0]?.end();
    await turn();
    writes[1]?.end();
    await expect(broken).rejects.toThrow('a bug');
    expect(await Promise.all([first, last])).toEqual([['a'], ['a', 'b']]);
  });

  it('leaves the state to the next change where one changes nothing', () => {
    const changes: readonly Change<number>[] = [(n) => n + 1, () => undefined, (n) => n * 10];
    const results = applyAll(1, changes);
    expect(results.map(({ state }) => state)).toEqual([2, 2, 20]);
    expect(results.map(({ isChanged }) => isChanged)).toEqual([true, false, true]);
  });
});
