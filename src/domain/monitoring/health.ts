/**
 * What counts as healthy: loops that turn, logins that are of use. Waiting, for whatever, is healthy.
 * The sentences name nobody.
 */
import { formatDuration } from '../duration.ts';

export interface Finding {
  readonly isHealthy: boolean;
  /** One sentence each; never none. */
  readonly reasons: readonly string[];
}

/** A loop of the daemon, and when it turned last. */
export interface LoopState {
  /** As in "the … loop". */
  readonly name: string;
  /** Since its last turn, by a clock that stands still while the machine sleeps. */
  readonly silentMs: number;
  /** How long it may be silent. */
  readonly maxMs: number;
}

export interface LoginCount {
  readonly athletes: number;
  /** How many of them have to log in again. */
  readonly needAuthorization: number;
}

/** Whether the daemon's loops turn; without any it is still starting. */
export function assessLoops(loops: readonly LoopState[]): Finding {
  if (loops.length === 0) return { isHealthy: true, reasons: ['The daemon is starting.'] };
  const stuck = loops.filter(({ silentMs, maxMs }) => silentMs > maxMs);
  if (stuck.length > 0) return { isHealthy: false, reasons: stuck.map(sayStuck) };
  const turns = loops.map(({ name, silentMs }) => `the ${name} loop turned ${ago(silentMs)}`);
  return { isHealthy: true, reasons: [`All is in motion: ${turns.join(', ')}.`] };
}

function sayStuck({ name, silentMs }: LoopState): string {
  return `The ${name} loop has not turned for ${formatDuration(silentMs)}: restart the daemon.`;
}

/** In whole seconds. */
function ago(ms: number): string {
  return `${formatDuration(Math.floor(ms / 1_000) * 1_000)} ago`;
}

/** Whether there is anybody to work for. MongoDB answered, or it would not be known. */
export function judgeLogins({ athletes, needAuthorization }: LoginCount): Finding {
  if (athletes === 0) return unready('Nobody is logged in. Run: npm run auth');
  if (needAuthorization >= athletes) {
    return unready(`Every athlete (${athletes}) has to log in again. Run: npm run auth`);
  }
  const rest = needAuthorization === 0 ? '' : `; to log in again: ${needAuthorization}`;
  const loggedIn = athletes - needAuthorization;
  return { isHealthy: true, reasons: [`MongoDB answers; logged in: ${loggedIn}${rest}.`] };
}

export function unready(reason: string): Finding {
  return { isHealthy: false, reasons: [reason] };
}
