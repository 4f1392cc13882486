/**
 * What `sync` prints: the summary of a run, and the plan of a dry run; as text or as JSON.
 */
import { formatDuration } from '../../domain/duration.ts';
import { LeaseLostError } from '../../errors.ts';
import { StravaRejectedError } from '../../strava-errors.ts';
import type { Database } from '../../main.ts';
import type { RunResult } from '../../sync/job.ts';
import type { Preview } from '../../sync/preview.ts';
import type { QuotaFacts, WindowReport } from '../shared/quota-report.ts';
import { isKept, keptText, reportQuota } from '../shared/quota-report.ts';
import { counted, number } from '../shared/text/text-format.ts';
import type { Reader } from '../shared/text/time-text.ts';
import { quotaSpentText, timeText } from '../shared/text/time-text.ts';

export interface SummaryFacts {
  readonly database: Database;
  readonly result: RunResult;
  readonly quota: QuotaFacts;
}

export async function renderSummary(
  { database, result, quota: facts }: SummaryFacts,
  isJson: boolean,
  reader: Reader,
): Promise<string> {
  const { stats, opensAt, held, stopped } = result;
  const quota = reportQuota(facts);
  const parkedIds = await database.activities.parkedIds(await database.athletes.athleteIds());
  const lost = [...stopped].flatMap(([id, error]) => (error instanceof LeaseLostError ? [id] : []));
  if (isJson) {
    return JSON.stringify({
      ...stats,
      left: { short: quota.short.left, daily: quota.daily.left },
      opensAt: opensAt ?? null,
      heldElsewhere: [...held.keys(), ...lost],
      needsAuthorization: [...stopped].flatMap(([id, error]) =>
        lost.includes(id) || error instanceof StravaRejectedError ? [] : [id],
      ),
      parkedActivities: parkedIds,
      isInterrupted: result.isInterrupted,
    });
  }
  return [
    `Activities: ${number(stats.added)} new, ${number(stats.changed)} changed.`,
    `Streams: ${number(stats.streamsStored)} stored, ${number(stats.withoutStreams)} activities without.`,
    ...(stats.parked > 0 ? [`Parked after failures: ${number(stats.parked)}.`] : []),
    ...(stats.unusableRecords > 0
      ? [
          `Not stored: ${counted(stats.unusableRecords, 'new record')} of the list, see the collection parked.`,
        ]
      : []),
    `Requests: ${number(stats.requests)} made, ${number(stats.failures)} failed; ${leftText(quota.short)} until ${timeText(quota.short.resetsAt, reader)}; ${leftText(quota.daily)} today.`,
    ...(parkedIds.length > 0
      ? [`Parked, tried again in a day or later: ${parkedIds.join(', ')}.`]
      : []),
    ...[...stopped.values()].map(({ message }) => message),
    ...[...held].map(
      ([id, { pid, host }]) => `Athlete ${id} is being synced by process ${pid} on ${host}.`,
    ),
    ...(opensAt ? [quotaSpentText(opensAt, reader)] : []),
    ...(result.isInterrupted ? ['Stopped; the next run goes on from here.'] : []),
  ].join('\n');
}

/** "1,698 left", "4 left, kept for today's activities,". */
function leftText(window: WindowReport): string {
  const { left } = window;
  return isKept(window) ? `${keptText(left)},` : `${number(left)} left`;
}

function previewText(preview: Preview): string {
  const { athleteId, listed, unknown, streams, details, listRequests } = preview;
  const parts = [
    `streams of ${number(streams)}`,
    ...(details > 0 ? [`details of ${number(details)}`] : []),
  ];
  return `Athlete ${athleteId}: ${counted(listed, 'activity', 'activities')} listed with ${counted(listRequests, 'request')}, ${number(unknown)} of them new; ${parts.join(' and ')} to fetch.`;
}

export interface PreviewFacts {
  readonly requests: number;
  readonly durationMs: number;
  readonly isJson: boolean;
  /** Athletes whose list could not be read, and why. */
  readonly stopped: ReadonlyMap<number, Error>;
}

export function renderPreview(
  previews: readonly Preview[],
  { requests, durationMs, isJson, stopped }: PreviewFacts,
): string {
  if (isJson) {
    const seconds = Math.ceil(durationMs / 1_000);
    const needsAuthorization = [...stopped.keys()];
    return JSON.stringify({ athletes: previews, requests, seconds, needsAuthorization });
  }
  const lines = previews.map(previewText);
  const duration =
    durationMs < 1_000 ? 'at once, as far as the quota goes' : formatDuration(durationMs);
  return [
    ...lines,
    ...[...stopped.values()].map(({ message }) => message),
    `To do: ${counted(requests, 'request')}; under the quota: ${duration}.`,
  ].join('\n');
}
