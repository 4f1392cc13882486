/**
 * Repeats rounds of faults against the simulator for a time or a count, and prints one table of what they
 * saw: `npm run soak -- --minutes 10`, `npm run soak -- --count 3 --only kills,mongod --seed 7`. The first
 * round that breaks a guarantee ends it with 1, and prints the command that repeats the round.
 */
import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { setup as useScratchFolder } from '../scratch-folder.ts';
import type { FinishedRound } from './figures.ts';
import { soakTable, violationsOf } from './figures.ts';
import type { RoundKind, SoakOptions } from './options.ts';
import { readSoakOptions, SoakUsageError } from './options.ts';
import type { Round } from './round.ts';
import { eventsRound } from './rounds/events.ts';
import { faultsRound } from './rounds/faults.ts';
import { killsRound } from './rounds/kills.ts';
import { mongodRound, stepdownsRound } from './rounds/mongodb.ts';
import { pausesRound } from './rounds/pauses.ts';
import { quotaRound } from './rounds/quota.ts';
import { refreshRound } from './rounds/refresh.ts';
import { responsesRound } from './rounds/responses.ts';
import type { Stage } from './stage.ts';
import { createStage } from './stage.ts';

const rounds: Readonly<Record<RoundKind, Round>> = {
  kills: killsRound,
  mongod: mongodRound,
  stepdowns: stepdownsRound,
  pauses: pausesRound,
  faults: faultsRound,
  refresh: refreshRound,
  responses: responsesRound,
  events: eventsRound,
  quota: quotaRound,
};

const maxViolationsShown = 10;
/** A round that takes longer hangs; a slow machine needs a tenth of it. */
const maxRoundMs = 30 * 60_000;
const say = (text: string): void => void process.stderr.write(`${text}\n`);

interface Attempt {
  readonly kind: RoundKind;
  readonly seed: number;
}

/** One round of each kind in turn; the same seeds for each kind. */
function* attempts({ count, seed, kinds }: SoakOptions): Generator<Attempt> {
  for (let index = 0; index < count; index += 1) {
    for (const kind of kinds) yield { kind, seed: seed + index };
  }
}

/** Returns what the round broke, one sentence each. */
async function perform(
  stage: Stage,
  { kind, seed }: Attempt,
  finished: FinishedRound[],
): Promise<readonly string[]> {
  const startMs = performance.now();
  try {
    const figures = await bounded(rounds[kind](stage, seed));
    const tookMs = performance.now() - startMs;
    finished.push({ kind, figures, tookMs });
    const done = Object.entries(figures.done).map(([name, count]) => `${count} ${name}`);
    say(`  ${done.join(', ')} in ${(tookMs / 1_000).toFixed(0)} s`);
    return violationsOf(figures);
  } catch (error) {
    return [error instanceof Error ? (error.stack ?? error.message) : String(error)];
  } finally {
    await stage.endRound();
  }
}

/** @throws if the round hangs. */
async function bounded<T>(round: Promise<T>): Promise<T> {
  const over = new AbortController();
  const timeout = sleep(maxRoundMs, undefined, { signal: over.signal, ref: false }).then(() => {
    throw new Error(`it did not end within ${maxRoundMs / 60_000} minutes`);
  });
  timeout.catch(() => undefined);
  try {
    return await Promise.race([round, timeout]);
  } finally {
    over.abort();
  }
}

function sayFailure({ kind, seed }: Attempt, violations: readonly string[]): void {
  say(`The round ${kind} with the seed ${seed} failed:`);
  for (const violation of violations.slice(0, maxViolationsShown)) say(`  ${violation}`);
  const more = violations.length - maxViolationsShown;
  if (more > 0) say(`  and ${more} more`);
  say(`Repeat it: npm run soak -- --only ${kind} --count 1 --seed ${seed}`);
}

/** Resolves with the exit code. */
async function soak(options: SoakOptions, signal: AbortSignal): Promise<number> {
  const { minutes = Infinity, seed } = options;
  const startMs = performance.now();
  const minutesGone = (): number => (performance.now() - startMs) / 60_000;
  const stage = createStage();
  const interrupt = (): void => void stage.endRound();
  signal.addEventListener('abort', interrupt);
  const finished: FinishedRound[] = [];
  let exitCode = 0;
  say(`The seed is ${seed}`);
  for (const attempt of attempts(options)) {
    if (minutesGone() >= minutes) break;
    say(`${attempt.kind}, seed ${attempt.seed}`);
    const violations = await perform(stage, attempt, finished);
    if (signal.aborted) exitCode = Number(signal.reason);
    else if (violations.length > 0) exitCode = 1;
    if (exitCode === 1) sayFailure(attempt, violations);
    if (exitCode !== 0) break;
  }
  await stage.close();
  say(`Rounds: ${finished.length}, minutes: ${minutesGone().toFixed(1)}`);
  if (finished.length > 0) process.stdout.write(`${soakTable(finished)}\n`);
  return exitCode;
}

const interrupted = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(name, () => {
    interrupted.abort(128 + constants.signals[name]);
  });
}
try {
  const options = readSoakOptions(process.argv.slice(2), 1 + (Date.now() % 1_000_000_000));
  const removeScratch = await useScratchFolder();
  process.exitCode = await soak(options, interrupted.signal);
  await removeScratch();
} catch (error) {
  if (!(error instanceof SoakUsageError)) throw error;
  say(error.message);
  process.exitCode = 2;
}
