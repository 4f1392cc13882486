/**
 * `status` as a table.
 */
import { formatDuration } from '../../domain/duration.ts';
import { commandLine } from '../../domain/invocation.ts';
import { activityParts } from '../../domain/sync/activity-parts.ts';
import type { PollReport } from '../../domain/rate-limit/poll-report.ts';
import type { UnusableDocuments } from '../../mongo/schema/unusable-documents.ts';
import type { RunDocument } from '../../mongo/schema/collections.ts';
import type { WindowReport } from '../shared/quota-report.ts';
import { isKept, keptText } from '../shared/quota-report.ts';
import type { AthleteStatus, Status } from '../shared/status/report.ts';
import { detailsSourceText } from '../shared/status/details-source.ts';
import { describeOthers } from '../shared/other-applications.ts';
import { counted, number } from '../shared/text/text-format.ts';
import { terminalText } from '../../terminal-text.ts';
import { hanging } from '../shared/text/fitted-table.ts';
import type { Reader } from '../shared/text/time-text.ts';
import { dayText, timeText } from '../shared/text/time-text.ts';

/** Rows of a word and a text, which is broken into lines where it does not fit into the width. */
export function renderStatus(status: Status, reader: Reader, width: number): string {
  const { quota, polls, lastRun, toDo, parkedActivities, unusableDocuments, needs } = status;
  const others = describeOthers(status.others);
  const isOnly = status.athletes.length === 1;
  const rows = [
    ['Database', status.database],
    ...status.athletes.flatMap((athlete) => athleteRows(athlete, reader, isOnly)),
    ...(others === undefined ? [] : [['Others', others]]),
    ['To do', toDoText(toDo)],
    [`Quota, ${formatDuration(quota.short.lengthMs)}`, windowText(quota.short, reader)],
    [`Quota, ${formatDuration(quota.daily.lengthMs)}`, windowText(quota.daily, reader)],
    ...(polls.athletes > 0 ? [['Polls', pollText(polls)]] : []),
    ['Last run', lastRun ? runText(lastRun, reader) : 'none yet'],
    ['Next poll', nextPollText(status, reader)],
    ['Page', pageText(status)],
    ...(parkedActivities.length > 0 ? [['Parked', parkedActivities.join(', ')]] : []),
    ...unusableDocuments.map((one, index) => [index === 0 ? 'Skipped' : '', skippedText(one)]),
    ...needs.map((need, index) => [index === 0 ? 'Action required' : '', need]),
  ];
  const before = Math.max(...rows.map(([word = '']) => word.length));
  return rows
    .map(([word = '', text = '']) => hanging(word.padEnd(before), terminalText(text), width))
    .join('\n');
}

function toDoText({ streams, details, duration }: Status['toDo']): string {
  const parts = [
    ...(streams > 0 ? [`streams of ${number(streams)}`] : []),
    ...(details > 0 ? [`details of ${number(details)}`] : []),
  ];
  return parts.length === 0 ? 'nothing' : `${parts.join(', ')}: about ${duration}`;
}

function nextPollText({ daemons, nextRunAt }: Status, reader: Reader): string {
  if (daemons.length === 0) return `none: no daemon is running. Run: ${commandLine('start')}`;
  const next = nextRunAt === null ? 'never' : timeText(nextRunAt, reader);
  const processes = daemons.map(({ pid, host }) => `process ${pid} on ${host}`);
  return `${next}, by ${processes.join(' and ')}`;
}

function pageText({ daemons }: Status): string {
  const pages = daemons.flatMap(({ page, host }) =>
    page === undefined ? [] : [`${page} on ${host}`],
  );
  return pages.length === 0
    ? `none: no daemon serves it. Run: ${commandLine('page')}`
    : pages.join(' and ');
}

function athleteRows(
  athlete: AthleteStatus,
  reader: Reader,
  isOnly: boolean,
): readonly (readonly string[])[] {
  const { streams, streamsOfExport, oldestStart, newestStart, unusableRecords } = athlete;
  const { streamsOfOtherSports: others, photos, parkedParts } = athlete;
  const parked = activityParts
    .filter((part) => parkedParts[part] > 0)
    .map((part) => `${part} of ${number(parkedParts[part])}`);
  const ofOthers = others > 0 ? ` (${number(others)} of sports that SYNC_SPORTS leaves out)` : '';
  const source = streamsOfExport > 0 ? ` (${number(streamsOfExport)} from an export)` : '';
  const span =
    oldestStart && newestStart
      ? `, ${dayText(oldestStart, reader)} to ${dayText(newestStart, reader)}`
      : '';
  return [
    ['Athlete', `${athlete.name || 'unnamed'} (${athlete.athleteId})`],
    ['  activities', `${number(athlete.activities)}${span}`],
    [
      '  streams',
      `${number(streams.stored)} stored${source}, ${number(streams.none)} without, ${number(streams.pending)} pending${ofOthers}, ${number(streams.parked)} parked`,
    ],
    ['  details', detailsText(athlete, reader, isOnly)],
    ...(parked.length > 0 ? [['  parts parked', parked.join(', ')]] : []),
    ...(photos.files + photos.waiting + photos.gone > 0 ? [['  photos', photosText(photos)]] : []),
    ['  list known', listText(athlete, reader)],
    ...athlete.scopeGaps.map((gap, index) => [index === 0 ? '  not granted' : '', gap]),
    ...(unusableRecords > 0
      ? [['  unusable', `${counted(unusableRecords, 'record')}, see the collection parked`]]
      : []),
  ];
}

function detailsText(athlete: AthleteStatus, reader: Reader, isOnly: boolean): string {
  const { details, detailsToDo, detailsSource } = athlete;
  const { areFetched } = detailsSource;
  const counts = [
    ...(areFetched || details.stored > 0 ? [`${number(details.stored)} stored`] : []),
    ...(areFetched ? [`${number(detailsToDo)} pending`, `${number(details.parked)} parked`] : []),
  ];
  const source = detailsSourceText(detailsSource, reader, isOnly ? undefined : athlete.athleteId);
  return counts.length === 0 ? source : `${counts.join(', ')}; ${source}`;
}

function photosText({ files, bytes, waiting, gone, problem }: AthleteStatus['photos']): string {
  const activities = (count: number): string => counted(count, 'activity', 'activities');
  const why = problem === undefined ? '' : `: ${problem}`;
  return [
    `${counted(files, 'file')}, ${number(Math.ceil(bytes / 1_000_000))} MB`,
    ...(gone > 0 ? [`${activities(gone)} without some, which are gone`] : []),
    ...(waiting > 0 ? [`${activities(waiting)} without some, tried again${why}`] : []),
  ].join('; ');
}

function listText({ listedSince, polledAt }: AthleteStatus, reader: Reader): string {
  if (listedSince === undefined) return 'not read yet';
  const since = listedSince.getTime() === 0 ? 'the beginning' : dayText(listedSince, reader);
  return `back to ${since}${polledAt ? `, last polled at ${timeText(polledAt, reader)}` : ''}`;
}

function windowText(window: WindowReport, reader: Reader): string {
  const { used, limit, left, resetsAt } = window;
  const kept = isKept(window) ? `; ${keptText(left)};` : ',';
  const opens = used >= limit ? 'spent, opens' : 'resets';
  return `${number(used)} of ${number(limit)} used${kept} ${opens} ${timeText(resetsAt, reader)}`;
}

function pollText({
  athletes,
  shortestIntervalMs,
  longestIntervalMs,
  perDay,
  maxPerDay,
}: PollReport): string {
  const shortest = formatDuration(shortestIntervalMs);
  const longest = formatDuration(longestIntervalMs);
  const every = shortest === longest ? shortest : `${shortest} to ${longest}`;
  return `${counted(athletes, 'list')}, each every ${every}: ${counted(perDay, 'request')} a day, at most ${number(maxPerDay)}`;
}

function skippedText({ collection, count, ids }: UnusableDocuments): string {
  const more = count > ids.length ? ', …' : '';
  return `${counted(count, 'document')} of ${collection} (${ids.join(', ')}${more}), not as Domestique writes it`;
}

function runText({ started_at, ended_at, outcome, error }: RunDocument, reader: Reader): string {
  const end =
    ended_at === undefined
      ? 'still going, or killed'
      : `${outcome ?? 'ended'} after ${formatDuration(ended_at.getTime() - started_at.getTime())}`;
  return `${timeText(started_at, reader)}, ${end}${error === undefined ? '' : `: ${error}`}`;
}
