/**
 * Repeats rounds of faults against the simulator for a time or a count, and prints one table of what they
 * saw: `npm run soak -- --minutes 10`, `npm run soak -- --count 3 --only kills,mongod --seed 7`. The first
 * round that breaks a guarantee ends it with 1, and prints the command that repeats the round.
 */
import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { setup as useScratchFolder } from '../scratch-folder.ts';
import type { FinishedRound } from './figures.ts';
import { roundLine, soakTable, violationsOf } from './figures.ts';
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
const maxClosingMs = 20_000;
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
    const round = { kind, figures, tookMs: performance.now() - startMs };
    finished.push(round);
    say(`  ${roundLine(round)}`);
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
async function soak(
  options: SoakOptions,
  stage: Stage,
  finished: FinishedRound[],
): Promise<number> {
  const { minutes = Infinity, seed } = options;
  const endMs = performance.now() + minutes * 60_000;
  say(`The seed is ${seed}`);
  for (const attempt of attempts(options)) {
    if (performance.now() >= endMs) break;
    say(`${attempt.kind}, seed ${attempt.seed}`);
    const violations = await perform(stage, attempt, finished);
    if (violations.length === 0) continue;
    sayFailure(attempt, violations);
    return 1;
  }
  return 0;
}

/** Resolves with the exit code of the first signal. */
function interruption(): Promise<number> {
  return new Promise((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(name, () => {
        // What the interrupted round still does fails.
        process.on('unhandledRejection', () => undefined);
        resolve(128 + constants.signals[name]);
      });
    }
  });
}

/** Prints the table of the finished rounds, interrupted or not, and returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const options = readSoakOptions(args, 1 + (Date.now() % 1_000_000_000));
  const removeScratch = await useScratchFolder();
  const stage = createStage();
  const finished: FinishedRound[] = [];
  const startMs = performance.now();
  const exitCode = await Promise.race([soak(options, stage, finished), interruption()]);
  const minutes = (performance.now() - startMs) / 60_000;
  say(`Rounds: ${finished.length}, minutes: ${minutes.toFixed(1)}`);
  if (finished.length > 0) process.stdout.write(`${soakTable(finished)}\n`);
  const closing = stage
    .endRound()
    .then(stage.close)
    .catch(() => undefined);
  await Promise.race([closing, sleep(maxClosingMs)]);
  await removeScratch();
  return exitCode;
}

try {
  process.exit(await main(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof SoakUsageError)) throw error;
  say(error.message);
  process.exitCode = 2;
}
