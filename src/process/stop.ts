/**
 * The end of the process that was requested from outside, and the exit code that follows from it.
 */
import { constants } from 'node:os';
import { exitCodes } from '../errors.ts';

export const stopSignals = ['SIGINT', 'SIGTERM', 'SIGQUIT', 'SIGHUP'] as const;
export type StopSignal = (typeof stopSignals)[number];

/** Requested by a signal, or without one because the result cannot be written. */
export class Stop {
  /** Whether the command has no end of its own: then a signal ends it, and interrupts nothing. */
  runsUntilStopped = false;
  readonly #controller = new AbortController();
  #signalName: StopSignal | undefined;

  request(signalName?: StopSignal): void {
    this.#signalName ??= signalName;
    this.#controller.abort();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get isRequested(): boolean {
    return this.signal.aborted;
  }

  /** Whether a signal interrupted the command: its exit code then says so, whatever the result. */
  get isInterruption(): boolean {
    return this.#signalName !== undefined && !this.runsUntilStopped;
  }

  /** Of the requested stop. */
  get exitCode(): number {
    const name = this.#signalName;
    return name === undefined || this.runsUntilStopped ? exitCodes.done : signalExitCode(name);
  }
}

/** 128 and the signal's number, as shells have it. */
export function signalExitCode(name: StopSignal): number {
  return 128 + constants.signals[name];
}
