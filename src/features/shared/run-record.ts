/**
 * Records each run in `runs` when it starts and when it ends, and prunes old runs.
 */
import { defaultBackfillSince } from '../../domain/sync/default-backfill.ts';
import { DomestiqueError } from '../../errors.ts';
import type { Database } from '../../main.ts';
import { pruneChanges } from '../../mongo/history/changes.ts';
import { pruneParked } from '../../mongo/activities/parked-records.ts';
import type { RunReason } from '../../mongo/history/runs.ts';
import type { Program } from '../../program.ts';
import type { RunResult } from '../../sync/job.ts';

/** Runs `work` and records its outcome; rethrows what it throws. */
export async function recordRun(
  { clock, host, pid, config }: Program,
  { runs, store }: Database,
  why: { readonly reason: RunReason; readonly command: string },
  work: () => Promise<RunResult>,
): Promise<RunResult> {
  const startedAt = new Date(clock.nowMs());
  const id = await runs.start({ ...why, host, pid, startedAt });
  await runs.prune(new Date(startedAt.getTime() - config.keep.runsMs));
  await pruneChanges(store, new Date(startedAt.getTime() - config.keep.changesMs));
  // With a start, no list reaches what is older; a retention has its own sweep.
  if (defaultBackfillSince(config, startedAt.getTime()) === undefined) {
    await pruneParked(store);
  }
  try {
    const result = await work();
    const outcome = outcomeOf(result);
    await runs.end(id, { endedAt: new Date(clock.nowMs()), outcome, counts: result.stats });
    return result;
  } catch (error) {
    const message = error instanceof DomestiqueError ? error.message : 'an unexpected failure';
    const end = {
      endedAt: new Date(clock.nowMs()),
      outcome: 'failed',
      error: message,
      ...(error instanceof DomestiqueError && { errorCode: error.code }),
    } as const;
    await runs.end(id, end).catch(() => undefined);
    throw error;
  }
}

function outcomeOf({ isInterrupted, opensAt }: RunResult): 'done' | 'stopped' | 'waiting' {
  if (isInterrupted) return 'stopped';
  return opensAt === undefined ? 'done' : 'waiting';
}
