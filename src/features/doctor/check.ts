/**
 * How `doctor` runs its checks: all at once, each bounded in time, and none stopped by another's failure.
 */
import type { Clock } from '../../clock.ts';
import type { ExitCode } from '../../errors.ts';
import { ConfigurationError, DomestiqueError, exitCodes } from '../../errors.ts';

/** `skipped` is for what cannot be checked, because something else failed or is not there. */
export type Mark = 'ok' | 'warning' | 'failed' | 'skipped';

export interface Finding {
  readonly mark: Mark;
  /** A sentence without a secret. */
  readonly found: string;
  /** What to do, a sentence. */
  readonly advice?: string;
  /** Whether a setting is wrong: then commands end with 2. */
  readonly isOfSettings?: boolean;
}

export interface Check {
  readonly name: string;
  /** The signal is aborted when the time is over. */
  readonly run: (signal: AbortSignal) => Promise<readonly Finding[]> | readonly Finding[];
}

/** A finding with the name of its check. */
export interface Result extends Finding {
  readonly check: string;
}

export interface CheckTiming {
  readonly clock: Clock;
  /** How long each check may take. */
  readonly maxMs: number;
  /** Ends all of them. */
  readonly signal: AbortSignal;
}

/** The results in the order of the checks. A check that throws an error that is no bug has failed. */
export async function runChecks(
  checks: readonly Check[],
  timing: CheckTiming,
): Promise<readonly Result[]> {
  const found = await Promise.all(checks.map((check) => runBounded(check, timing)));
  return found.flatMap((findings, index) =>
    findings.map((finding) => ({ check: checks[index]?.name ?? '', ...finding })),
  );
}

async function runBounded(
  { run }: Check,
  { clock, maxMs, signal }: CheckTiming,
): Promise<readonly Finding[]> {
  const ended = new AbortController();
  const stopped = AbortSignal.any([ended.signal, signal]);
  const late = clock.sleep(maxMs, stopped).then(() => [tooLate(maxMs)]);
  try {
    return await Promise.race([settle(() => run(stopped)), late]);
  } finally {
    ended.abort();
  }
}

async function settle(run: () => ReturnType<Check['run']>): Promise<readonly Finding[]> {
  try {
    return await run();
  } catch (error) {
    return findingsOf(error);
  }
}

/** What an error says. @throws the error where it is a bug. */
export function findingsOf(error: unknown): readonly Finding[] {
  if (error instanceof ConfigurationError)
    return error.problems.map((problem) => ofSettings(`${problem}.`));
  if (error instanceof DomestiqueError) {
    const { message, exitCode } = error;
    return [
      exitCode === exitCodes.usage ? ofSettings(message) : { mark: 'failed', found: message },
    ];
  }
  // Errors of the system, such as EACCES, have a code and no sentence of ours.
  if (error instanceof Error && 'code' in error && typeof error.code === 'string')
    return [{ mark: 'failed', found: `It could not be checked (${error.code}).` }];
  throw error;
}

function ofSettings(found: string): Finding {
  return { mark: 'failed', found, isOfSettings: true };
}

function tooLate(maxMs: number): Finding {
  return {
    mark: 'failed',
    found: `There was no response within ${maxMs / 1_000} seconds.`,
    advice: 'Give the command again when the machine and its network are less busy.',
  };
}

/** The gravest mark: what failed, else a warning, else ok. */
export function worstOf(results: readonly Result[]): 'ok' | 'warning' | 'failed' {
  const marks = results.map(({ mark }) => mark);
  if (marks.includes('failed')) return 'failed';
  return marks.includes('warning') ? 'warning' : 'ok';
}

/** A warning is no failure. */
export function exitCodeOf(results: readonly Result[]): ExitCode {
  if (results.some(({ isOfSettings }) => isOfSettings === true)) return exitCodes.usage;
  return worstOf(results) === 'failed' ? exitCodes.failed : exitCodes.done;
}
