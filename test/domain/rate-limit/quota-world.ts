/**
 * A small world to try the quota in: a Strava that counts on its own clock, several processes with
 * clocks of their own that ask whenever the quota lets them, other programs, losses. Deterministic
 * from a seed.
 */
import { noReserve, reserve } from '../../../src/domain/rate-limit/quota.ts';
import type { Settlement } from '../../../src/domain/rate-limit/quota-feedback.ts';
import { dropInFlight, settle } from '../../../src/domain/rate-limit/quota-feedback.ts';
import type {
  QuotaSettings,
  QuotaState,
  WindowKind,
} from '../../../src/domain/rate-limit/quota-state.ts';
import {
  emptyQuota,
  guardMs,
  windowKinds,
  windowLengthMs,
  windowStartMs,
} from '../../../src/domain/rate-limit/quota-state.ts';

export interface World {
  readonly seed: number;
  readonly settings: QuotaSettings;
  /** Strava's own limits. */
  readonly limits: Readonly<Record<WindowKind, number>>;
  readonly startMs: number;
  readonly lastsMs: number;
  /** Each process's clock minus Strava's. */
  readonly offsetsMs: readonly number[];
  readonly maxInFlight: number;
  readonly maxMs: number;
  /** Probabilities. */
  readonly lost: number;
  readonly withoutHeaders: number;
  /** Requests of others in a second, on average. */
  readonly foreignPerSecond: number;
}

/** What happened, by window. */
export interface History {
  readonly counted: ReadonlyMap<string, number>;
  readonly ours: ReadonlyMap<string, number>;
  /** Requests that left although an answer had named the window as spent, or a 429 had closed it. */
  readonly left: readonly string[];
  readonly rateLimited: number;
}

interface Happening {
  readonly atMs: number;
  readonly happen: () => void;
}

export function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function keyOf(kind: WindowKind, atMs: number, settings: QuotaSettings): string {
  return `${kind} ${windowStartMs(atMs, windowLengthMs(kind, settings))}`;
}

/** Lets the world run, and returns what Strava counted in it. */
export function liveThrough(world: World): History {
  const { settings, limits } = world;
  const random = randomFrom(world.seed);
  const counted = new Map<string, number>();
  const ours = new Map<string, number>();
  const spent = new Set<string>();
  const left: string[] = [];
  const agenda: Happening[] = [];
  const endMs = world.startMs + world.lastsMs;
  let nowMs = world.startMs;
  let quota: QuotaState = emptyQuota;
  let flights = 0;
  let rateLimited = 0;

  const at = (atMs: number, happen: () => void): void => {
    agenda.push({ atMs, happen });
  };
  const within = (maxMs: number): number => Math.floor(random() * (maxMs + 1));
  const count = (kind: WindowKind): number => counted.get(keyOf(kind, nowMs, settings)) ?? 0;
  const countAll = (map: Map<string, number>): void => {
    for (const kind of windowKinds) {
      const key = keyOf(kind, nowMs, settings);
      map.set(key, (map.get(key) ?? 0) + 1);
    }
  };

  /** The only window of a kind that a request of this process can have been counted in. */
  const surely = (kind: WindowKind, fromMs: number, toMs: number): string | undefined => {
    const guard = guardMs(windowLengthMs(kind, settings), settings);
    const key = keyOf(kind, fromMs - guard, settings);
    return key === keyOf(kind, toMs + guard, settings) ? key : undefined;
  };

  const process = (offsetMs: number, index: number): void => {
    let inFlight = 0;
    let isAskDue = false;
    const askAt = (atMs: number): void => {
      if (isAskDue && atMs > nowMs) return;
      if (atMs > nowMs) isAskDue = true;
      at(atMs, () => {
        if (atMs >= nowMs) isAskDue = false;
        ask();
      });
    };
    const land = (id: string, sentAtMs: number, answer: Omit<Settlement, 'id' | 'atMs'>): void => {
      const clockMs = nowMs + offsetMs;
      quota = settle(quota, { id, atMs: clockMs, ...answer }, settings);
      for (const kind of windowKinds) {
        const key = surely(kind, sentAtMs, clockMs);
        const isSpent = answer.counts !== undefined && answer.counts[kind].usage >= limits[kind];
        if (key !== undefined && isSpent) spent.add(key);
      }
      inFlight -= 1;
      ask();
    };
    const leave = (id: string): void => {
      const sentAtMs = nowMs + offsetMs;
      const latencyMs = within(world.maxMs);
      const isLost = random() < world.lost;
      const isBare = random() < world.withoutHeaders;
      let answer: Omit<Settlement, 'id' | 'atMs'> = { isRateLimited: false };
      for (const kind of windowKinds) {
        if (spent.has(keyOf(kind, nowMs, settings))) left.push(`${id} in ${kind} at ${nowMs}`);
      }
      const arrive = (): void => {
        const isRateLimited = windowKinds.some((kind) => count(kind) >= limits[kind]);
        if (isRateLimited) rateLimited += 1;
        countAll(counted);
        countAll(ours);
        const counts = {
          short: { limit: limits.short, usage: count('short') },
          daily: { limit: limits.daily, usage: count('daily') },
        };
        answer = isBare ? { isRateLimited } : { isRateLimited, counts };
      };
      const arrivesMs = nowMs + within(latencyMs);
      at(arrivesMs, arrive);
      at(nowMs + latencyMs, () => {
        if (!isLost) land(id, sentAtMs, answer);
      });
      if (!isLost) return;
      // The process dies at any moment; sometimes another one notices, sometimes the flight grows old.
      at(nowMs + within(latencyMs), () => {
        inFlight -= 1;
        if (random() < 0.5) quota = dropInFlight(quota, (owner) => owner === `owner of ${id}`);
        askAt(nowMs + within(1_000));
      });
    };
    const ask = (): void => {
      while (inFlight < world.maxInFlight && nowMs < endMs) {
        const id = `${index}-${(flights += 1)}`;
        const request = { id, owner: `owner of ${id}`, atMs: nowMs + offsetMs, reserve: noReserve };
        const decision = reserve(quota, request, settings);
        if (!decision.isAllowed) {
          const opensMs = decision.opensAtMs - offsetMs;
          askAt(Math.min(opensMs, nowMs + Math.ceil(settings.shortWindowMs / 200)));
          return;
        }
        quota = decision.state;
        inFlight += 1;
        leave(id);
      }
    };
    ask();
  };

  const foreign = (): void => {
    countAll(counted);
    at(nowMs + 1 + within(2_000 / world.foreignPerSecond), foreign);
  };
  if (world.foreignPerSecond > 0) at(nowMs + within(500), foreign);
  world.offsetsMs.forEach((offsetMs, index) => {
    at(nowMs, () => {
      process(offsetMs, index);
    });
  });
  while (agenda.length > 0) {
    const next = agenda.reduce((first, other) => (other.atMs < first.atMs ? other : first));
    agenda.splice(agenda.indexOf(next), 1);
    nowMs = next.atMs;
    if (nowMs <= endMs + world.maxMs) next.happen();
  }
  return { counted, ours, left, rateLimited };
}
