import { describe, expect, it } from 'vitest';
import type { Growing } from '../../../../../src/features/page/api/lists/growing.ts';
import { createGrowing } from '../../../../../src/features/page/api/lists/growing.ts';

/** A source that gives a value whenever it is told to. */
function createSource() {
  let next = Promise.withResolvers<number | Error | undefined>();
  const give = async (value: number | Error | undefined): Promise<void> => {
    next.resolve(value);
    next = Promise.withResolvers();
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  };
  const values = async function* (): AsyncGenerator<number> {
    for (;;) {
      const value = await next.promise;
      if (value === undefined) return;
      if (value instanceof Error) throw value;
      yield value;
    }
  };
  return { give, values: values() };
}

async function readAll({ read }: Growing<number>): Promise<readonly number[]> {
  const all: number[] = [];
  for await (const one of read()) all.push(one);
  return all;
}

describe('a growing sequence', () => {
  it('gives all of it to every reader, however late, and reads the source once', async () => {
    const { give, values } = createSource();
    const growing = createGrowing(values);
    const early = readAll(growing);
    await give(1);
    const middle = readAll(growing);
    await give(2);
    expect(growing.state()).toBe('growing');
    await give(undefined);
    expect(growing.state()).toBe('whole');
    const late = readAll(growing);
    expect(await Promise.all([early, middle, late])).toEqual([
      [1, 2],
      [1, 2],
      [1, 2],
    ]);
  });

  it('fails for every reader where its source fails, after what came before', async () => {
    const { give, values } = createSource();
    const growing = createGrowing(values);
    const reader = growing.read();
    await give(1);
    await give(new Error('gone'));
    expect(growing.state()).toBe('failed');
    expect((await reader.next()).value).toBe(1);
    await expect(reader.next()).rejects.toThrow('gone');
  });
});
