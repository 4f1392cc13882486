/**
 * Decides what counts as healthy: running loops, usable logins, and runs that do not fail again and
 * again. A waiting loop is healthy. The reasons name no athlete.
 */
import { formatDuration, secondMs } from '../duration.ts';
import { commandLine } from '../invocation.ts';

export interface Finding {
  readonly isHealthy: boolean;
  /** At least one, each a sentence. */
  readonly reasons: readonly string[];
}

/** A loop of the daemon and its last iteration. */
export interface LoopState {
  /** As in "the … loop". */
  readonly name: string;
  /** Since its last iteration, on a clock that stops while the machine sleeps. */
  readonly silentMs: number;
  /** The longest healthy time between two iterations. */
  readonly maxMs: number;
}

export interface LoginCount {
  readonly athletes: number;
  /** How many of them have to log in again. */
  readonly needAuthorization: number;
}

/** The failure of the last run, where the one before failed too. */
export interface RepeatedFailure {
  readonly code: string;
  /** May name an athlete by id. */
  readonly message: string;
}

/** What the database says about the daemon's work. */
export interface ReadinessFacts {
  readonly logins: LoginCount;
  readonly failure: RepeatedFailure | undefined;
}

/** Whether an athlete can be synced, and the runs get that far. */
export function assessReadiness({ logins, failure }: ReadinessFacts): Finding {
  const finding = assessLogins(logins);
  if (!finding.isHealthy || failure === undefined) return finding;
  return unhealthy(`Every run fails (${failure.code}). Run: ${commandLine('status')}`);
}

/** The same with its cause, for whoever may know it. */
export function describeFailure({ code, message }: RepeatedFailure): string {
  return `Every run fails (${code}): ${message}`;
}

/** Whether the daemon's loops run; without any loop the daemon is still starting. */
export function assessLoops(loops: readonly LoopState[]): Finding {
  if (loops.length === 0) return { isHealthy: true, reasons: ['The daemon is starting.'] };
  const stuck = loops.filter(({ silentMs, maxMs }) => silentMs > maxMs);
  if (stuck.length > 0) return { isHealthy: false, reasons: stuck.map(describeStuck) };
  const iterations = loops.map(({ name, silentMs }) => `the ${name} loop ran ${ago(silentMs)}`);
  return { isHealthy: true, reasons: [`All loops are running: ${iterations.join(', ')}.`] };
}

function describeStuck({ name, silentMs }: LoopState): string {
  return `The ${name} loop has not run for ${formatDuration(silentMs)}: restart the daemon.`;
}

/** In whole seconds. */
function ago(ms: number): string {
  return `${formatDuration(Math.floor(ms / secondMs) * secondMs)} ago`;
}

/** Whether any athlete can be synced. The count comes from MongoDB, so MongoDB responds. */
export function assessLogins({ athletes, needAuthorization }: LoginCount): Finding {
  if (athletes === 0) return unhealthy(`Nobody is logged in. Run: ${commandLine('auth')}`);
  if (needAuthorization >= athletes) {
    return unhealthy(
      `Every athlete (${athletes}) has to log in again. Run: ${commandLine('auth')}`,
    );
  }
  const rest = needAuthorization === 0 ? '' : `; to log in again: ${needAuthorization}`;
  const loggedIn = athletes - needAuthorization;
  return { isHealthy: true, reasons: [`MongoDB responds; logged in: ${loggedIn}${rest}.`] };
}

export function unhealthy(reason: string): Finding {
  return { isHealthy: false, reasons: [reason] };
}
