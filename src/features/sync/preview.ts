/**
 * `sync --dry-run`: reads the list and prints what there is to fetch, how many requests that takes, and
 * how long it takes under the quota.
 */
import type { ExitCode } from '../../errors.ts';
import { exitCodes } from '../../errors.ts';
import { estimateEndMs } from '../../domain/rate-limit/estimate.ts';
import { commandDeadlineMs } from '../../main.ts';
import type { Preview, PreviewDeps } from '../../sync/preview.ts';
import { isAthletes } from '../../sync/outcomes.ts';
import { previewAthlete } from '../../sync/preview.ts';
import type { SyncSession } from '../shared/sync-run.ts';
import { showStepWhenSlow } from '../shared/progress/delayed.ts';
import { readBacklogPlan, scopeOf } from '../shared/sync-run.ts';
import { renderPreview } from './report.ts';

/** @throws QuotaSpentError where the quota does not carry the reading of the list. */
export async function printPreview(session: SyncSession, isJson: boolean): Promise<ExitCode> {
  const { program, strava, athleteIds, backfill } = session;
  const { settings } = strava.quota;
  const scope = scopeOf(program, undefined);
  const current = scope.kind === 'default' && scope.since ? { since: scope.since } : {};
  const deps = depsOf(session);
  const previews: Preview[] = [];
  const stopped = new Map<number, Error>();
  for (const id of athleteIds) {
    try {
      previews.push(
        await showStepWhenSlow(program, `Reading the list of athlete ${id}`, () =>
          previewAthlete(deps, id, backfill ?? current),
        ),
      );
    } catch (error) {
      if (!isAthletes(error)) throw error;
      stopped.set(id, error);
    }
  }
  const requests = previews.reduce((sum, { streams, details }) => sum + streams + details, 0);
  const nowMs = strava.quota.nowMs();
  const plan = await readBacklogPlan(session);
  const state = strava.rateLimiter.known();
  const requestsPerHour = await session.database.runs.requestsPerHour();
  const facts = { state, settings, nowMs, plan, requestsPerHour };
  const durationMs = estimateEndMs(requests, facts) - nowMs;
  program.print(renderPreview(previews, { requests, durationMs, isJson, stopped }));
  return stopped.size > 0 ? exitCodes.authorization : exitCodes.done;
}

function depsOf({ program, strava, database }: SyncSession): PreviewDeps {
  return {
    source: strava.source,
    activities: database.activities,
    athletes: database.athletes,
    clock: program.clock,
    nowMs: () => strava.quota.nowMs(),
    random: program.random,
    shouldFetchStreams: program.config.sync.shouldFetchStreams,
    shouldFetchDetails: program.config.sync.shouldFetchDetails,
    sports: program.config.sync.sports,
    signal: program.signal,
    // Whoever asks how long something takes does not want to wait for the answer.
    failOnQuota: true,
    onWait: () => undefined,
    deadlineMs: commandDeadlineMs,
  };
}
