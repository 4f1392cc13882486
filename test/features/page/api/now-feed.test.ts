import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../../src/clock.ts';
import { systemClock } from '../../../../src/clock.ts';
import { createNowFeed } from '../../../../src/features/page/api/now-feed.ts';
import type { Now } from '../../../../src/features/page/api/types/now.ts';
import { MongoUnavailableError } from '../../../../src/errors.ts';
import type { Database } from '../../../../src/main.ts';
import { createTestProgram } from '../../../support/command/program.ts';
import { createMovableTime } from '../../../support/time.ts';
import { nowAt } from '../../../page/now/now-of.ts';

/** Longer than any read may take. */
const longMs = 60_000;

type Read = () => Promise<Now>;

function useFeed() {
  const time = createMovableTime();
  const program = createTestProgram({ clock: time.local });
  const state: {
    database: Database | undefined;
    ping: () => Promise<boolean>;
    read: Read;
    reads: number;
  } = {
    database: {} as Database,
    ping: () => Promise.resolve(true),
    read: () => Promise.resolve(nowAt(state.reads)),
    reads: 0,
  };
  const source = { database: () => state.database };
  const feed = createNowFeed(program, source, {
    ping: () => state.ping(),
    read: () => {
      state.reads += 1;
      return state.read();
    },
  });
  const pass = (ms: number): void => {
    time.pass(ms);
  };
  return { feed, state, pass };
}

describe('the feed of now', () => {
  it('a thousand simultaneous readers cost one read, and none comes by itself', async () => {
    const { feed, state, pass } = useFeed();
    await Promise.all(Array.from({ length: 1_000 }, () => feed.recent()));
    expect(state.reads).toBe(1);
    pass(longMs);
    await new Promise(setImmediate);
    expect(state.reads).toBe(1);
    expect((await feed.recent())?.at).toBe(nowAt(2).at);
  });

  it('while MongoDB is away there are the last figures, and nothing before the first', async () => {
    const { feed, state, pass } = useFeed();
    state.database = undefined;
    expect(await feed.next()).toBeUndefined();
    state.database = {} as Database;
    pass(longMs);
    expect(await feed.next()).toEqual(nowAt(1));
    state.database = undefined;
    pass(longMs);
    expect(await feed.next()).toEqual({ ...nowAt(1), isStale: true });
    state.database = {} as Database;
    state.read = () => Promise.reject(new MongoUnavailableError('away'));
    pass(longMs);
    expect(await feed.next()).toEqual({ ...nowAt(1), isStale: true });
  });

  it('a silent MongoDB holds up nobody for long, and gets no more than two reads at once', async () => {
    const { feed, state, pass } = useFeed();
    await feed.next();
    const silent = Promise.withResolvers<Now>();
    state.read = () => silent.promise;
    for (let tries = 0; tries < 5; tries += 1) {
      pass(longMs);
      const reading = feed.next();
      await new Promise(setImmediate);
      pass(longMs);
      expect(await reading).toEqual({ ...nowAt(1), isStale: true });
    }
    expect(state.reads).toBe(3);
    silent.resolve(nowAt(3));
    state.read = () => Promise.resolve(nowAt(4));
    await new Promise(setImmediate);
    pass(longMs);
    expect(await feed.next()).toEqual(nowAt(4));
  });

  it('a MongoDB that does not answer a ping is away after two seconds, and is not read', async () => {
    const { feed, state, pass } = useFeed();
    await feed.next();
    pass(longMs);
    state.ping = () => new Promise(() => undefined);
    const reading = feed.next();
    await new Promise(setImmediate);
    pass(2_000);
    expect(await reading).toEqual({ ...nowAt(1), isStale: true });
    expect(state.reads).toBe(1);
  });

  it('readers between two reads get the figures of the last one, and wait for nothing', async () => {
    const { feed, state, pass } = useFeed();
    state.read = () => {
      // A slow read.
      pass(300);
      return Promise.resolve(nowAt(state.reads));
    };
    await feed.next();
    pass(5_000);
    expect(await feed.recent()).toEqual(nowAt(1));
    pass(5_000);
    expect(await feed.recent()).toEqual(nowAt(2));
  });

  it('the next read waits thirty times as long as the last one took, up to ten seconds', async () => {
    const { feed, state, pass } = useFeed();
    state.read = () => {
      pass(300);
      return Promise.resolve(nowAt(state.reads));
    };
    await feed.next();
    const next = feed.next();
    pass(5_000);
    await new Promise(setImmediate);
    expect(state.reads).toBe(1);
    pass(5_000);
    expect(await next).toEqual(nowAt(2));
  });

  it('the end of the page ends the waiting for the next read', async () => {
    // Nothing but its signal ends a sleep.
    const sleep: Clock['sleep'] = (_, signal) => systemClock.sleep(2 ** 30, signal);
    const endless = { ...systemClock, sleep };
    const closing = new AbortController();
    let reads = 0;
    const source = { database: () => ({}) as Database, closed: closing.signal };
    const feed = createNowFeed(createTestProgram({ clock: endless }), source, {
      ping: () => Promise.resolve(true),
      read: () => Promise.resolve(nowAt(++reads)),
    });
    await feed.next();
    const next = feed.next();
    closing.abort();
    expect(await next).toEqual(nowAt(2));
  });

  it('an error of ours is no absence of MongoDB', async () => {
    const { feed, state } = useFeed();
    state.read = () => Promise.reject(new TypeError('a bug'));
    await expect(feed.next()).rejects.toThrow('a bug');
  });
});
