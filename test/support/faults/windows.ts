/**
 * The simulated Strava's quota windows according to its log, and functions that wait for the next one.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Simulator } from '../../../src/simulator/simulator.ts';
import type { RequestEntry } from '../../../src/simulator/api/request-log.ts';

/** The start of the window of an instant, in milliseconds since the epoch. */
export function windowOf(at: Date | number, lengthMs: number): number {
  return Math.floor(Number(at) / lengthMs) * lengthMs;
}

/** The counted requests of each window, by its start, in order. */
export function countedByWindow(
  { requests }: Simulator,
  lengthMs: number,
): ReadonlyMap<number, readonly RequestEntry[]> {
  return Map.groupBy(
    requests.entries.filter(({ isCounted }) => isCounted),
    ({ at }) => windowOf(at, lengthMs),
  );
}

/** Resolves at the next boundary by polling the clock. */
export async function nextWindow(lengthMs: number): Promise<number> {
  const startMs = windowOf(Date.now(), lengthMs) + lengthMs;
  while (Date.now() < startMs) await sleep(startMs - Date.now());
  return startMs;
}

/** Resolves when a counted request has arrived in the window that starts then, or in a later one. */
export function firstRequestFrom({ requests }: Simulator, startMs: number): Promise<void> {
  return requests.waitFor(
    ({ entries }) => entries.some(({ at, isCounted }) => isCounted && at.getTime() >= startMs),
    startMs - Date.now() + 30_000,
  );
}
