import { describe, expect, it } from 'vitest';

import { createSlots } from '../../src/strava/slots.ts';

/** Work that the test ends one by one. */
function scene(max: number) {
  const whenFree = createSlots(max);
  const started: string[] = [];
  const ends = new Map<string, (error?: Error) => void>();
  const run = (name: string): Promise<string> =>
    whenFree(() => {
      started.push(name);
      const { promise, resolve, reject } = Promise.withResolvers<string>();
      ends.set(name, (error) => {
        if (error === undefined) resolve(name);
        else reject(error);
      });
      return promise;
    });
  return { run, started, end: (name: string, error?: Error) => ends.get(name)?.(error) };
}

async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

describe('the slots for requests in flight', () => {
  it('the slots for requests in flight run at most the maximum at once, and the others in their order', async () => {
    const { run, started, end } = scene(2);
    const all = ['a', 'b', 'c', 'd'].map(run);
    await turn();
    expect(started).toEqual(['a', 'b']);
    end('b');
    await turn();
    expect(started).toEqual(['a', 'b', 'c']);
    end('a');
    await turn();
    expect(started).toEqual(['a', 'b', 'c', 'd']);
    end('c');
    end('d');
    expect(await Promise.all(all)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('the slots for requests in flight are free again after work that fails', async () => {
    const { run, started, end } = scene(1);
    const failing = run('a');
    const next = run('b');
    await turn();
    end('a', new Error('reset'));
    await expect(failing).rejects.toThrow('reset');
    await turn();
    end('b');
    expect(await next).toBe('b');
    const last = run('c');
    expect(started).toEqual(['a', 'b', 'c']);
    end('c');
    await last;
  });

  it('the slots for requests in flight let nobody who comes later go before those that wait', async () => {
    const { run, started, end } = scene(1);
    const first = run('a');
    const waiting = run('b');
    await turn();
    end('a');
    await first;
    const late = run('c');
    await turn();
    expect(started).toEqual(['a', 'b']);
    end('b');
    await waiting;
    await turn();
    end('c');
    await late;
  });
});
