/**
 * Simulates the quota: a Strava that counts on its own clock, several processes with their own clocks
 * that send whenever the quota allows it, other programs, and lost responses. Deterministic for a
 * seed.
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
  /** Average requests of other programs in a second. */
  readonly foreignPerSecond: number;
}

/** Requests by window. */
export interface History {
  readonly counted: ReadonlyMap<string, number>;
  readonly ours: ReadonlyMap<string, number>;
  /** Requests sent although a response had shown the window as spent. */
  readonly sentWhileSpent: readonly string[];
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

/** Runs the simulation, and returns Strava's counts. */
export function liveThrough(world: World): History {
  const { settings, limits } = world;
  const random = randomFrom(world.seed);
  const counted = new Map<string, number>();
  const ours = new Map<string, number>();
  const spent = new Set<string>();
  const sentWhileSpent: string[] = [];
  const agenda: Happening[] = [];
  const endMs = world.startMs + world.lastsMs;
  let nowMs = world.startMs;
  let quota: QuotaState = emptyQuota;
  let requests = 0;
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

  /** The window that surely counted a request of this process; undefined where it may be another. */
  const surely = (kind: WindowKind, fromMs: number, toMs: number): string | undefined => {
    const guard = guardMs(windowLengthMs(kind, settings), settings);
    const key = keyOf(kind, fromMs - guard, settings);
    return key === keyOf(kind, toMs + guard, settings) ? key : undefined;
  };

  const process = (offsetMs: number, index: number): void => {
    let inFlight = 0;
    let isSendDue = false;
    const sendAt = (atMs: number): void => {
      if (isSendDue && atMs > nowMs) return;
      if (atMs > nowMs) isSendDue = true;
      at(atMs, () => {
        if (atMs >= nowMs) isSendDue = false;
        sendAllowed();
      });
    };
    const receive = (
      id: string,
      sentAtMs: number,
      response: Omit<Settlement, 'id' | 'atMs'>,
    ): void => {
      const clockMs = nowMs + offsetMs;
      quota = settle(quota, { id, atMs: clockMs, ...response }, settings);
      for (const kind of windowKinds) {
        const key = surely(kind, sentAtMs, clockMs);
        const isSpent =
          response.counts !== undefined && response.counts[kind].usage >= limits[kind];
        if (key !== undefined && isSpent) spent.add(key);
      }
      inFlight -= 1;
      sendAllowed();
    };
    const send = (id: string): void => {
      const sentAtMs = nowMs + offsetMs;
      const latencyMs = within(world.maxMs);
      const isLost = random() < world.lost;
      const isBare = random() < world.withoutHeaders;
      let response: Omit<Settlement, 'id' | 'atMs'> = { isRateLimited: false };
      for (const kind of windowKinds) {
        if (spent.has(keyOf(kind, nowMs, settings)))
          sentWhileSpent.push(`${id} in ${kind} at ${nowMs}`);
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
        response = isBare ? { isRateLimited } : { isRateLimited, counts };
      };
      const arrivesMs = nowMs + within(latencyMs);
      at(arrivesMs, arrive);
      at(nowMs + latencyMs, () => {
        if (!isLost) receive(id, sentAtMs, response);
      });
      if (!isLost) return;
      // The process dies at any moment; another one finds out, or the request grows too old.
      at(nowMs + within(latencyMs), () => {
        inFlight -= 1;
        if (random() < 0.5) quota = dropInFlight(quota, (owner) => owner === `owner of ${id}`);
        sendAt(nowMs + within(1_000));
      });
    };
    const sendAllowed = (): void => {
      while (inFlight < world.maxInFlight && nowMs < endMs) {
        const id = `${index}-${(requests += 1)}`;
        const request = { id, owner: `owner of ${id}`, atMs: nowMs + offsetMs, reserve: noReserve };
        const decision = reserve(quota, request, settings);
        if (!decision.isAllowed) {
          const opensMs = decision.opensAtMs - offsetMs;
          sendAt(Math.min(opensMs, nowMs + Math.ceil(settings.shortWindowMs / 200)));
          return;
        }
        quota = decision.state;
        inFlight += 1;
        send(id);
      }
    };
    sendAllowed();
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
  return { counted, ours, sentWhileSpent, rateLimited };
}
