/**
 * The circuit over the whole application: after several failures in a row it pauses all requests to
 * Strava for a while, then one request at a time tries whether Strava is back. Pure.
 */
import { backoffMs } from './retry.ts';

export interface Circuit {
  /** Failures in a row. */
  readonly failures: number;
  /** While the circuit is open, no request is sent before this instant (milliseconds since the epoch). */
  readonly closedUntilMs: number;
  /** Since when nothing has succeeded, while failures last. */
  readonly failingSinceMs?: number;
}

export const closedCircuit: Circuit = { failures: 0, closedUntilMs: 0 };

const toleratedFailures = 5;
const pause = { baseMs: 1_000, capMs: 5 * 60_000 };

export function afterSuccess(): Circuit {
  return closedCircuit;
}

/**
 * Each failure past the tolerated ones keeps the circuit open for longer; `random` is from 0 to 1. It
 * ignores failures of requests that started before the circuit opened.
 */
export function afterFailure(circuit: Circuit, nowMs: number, random: number): Circuit {
  if (circuit.closedUntilMs > nowMs) return circuit;
  const failures = circuit.failures + 1;
  const failingSinceMs = circuit.failingSinceMs ?? nowMs;
  const excess = failures - toleratedFailures + 1;
  const pauseMs = excess > 0 ? backoffMs(excess, pause, 0.5 + random / 2) : 0;
  return { failures, failingSinceMs, closedUntilMs: nowMs + pauseMs };
}

/** How many requests may be in flight at once. */
export function maxConcurrency(circuit: Circuit, max: number): number {
  return circuit.failures >= toleratedFailures ? 1 : max;
}
