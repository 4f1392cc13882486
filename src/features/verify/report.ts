/**
 * What `verify` prints: the proof or the differences of each athlete, as text or as JSON.
 */
import { commandLine } from '../../domain/invocation.ts';
import type { DeletionRejection } from '../../domain/sync/deletion.ts';
import type { Comparison, DifferenceKind, Differences } from '../../sync/verify/comparison.ts';
import { countDifferences, differenceKinds } from '../../sync/verify/comparison.ts';
import { counted, number } from '../shared/text/text-format.ts';
import type { Reader } from '../shared/text/time-text.ts';
import { quotaSpentText } from '../shared/text/time-text.ts';

/** Why a list could not be read. */
export interface Unread {
  readonly message: string;
  /** Whether a later run may succeed. */
  readonly isLater: boolean;
  /** When the quota opens, if that is the reason. */
  readonly opensAt?: Date;
}

/** One athlete's state, or why it is not known. */
export interface VerifyReport {
  readonly athleteId: number;
  readonly comparison?: Comparison;
  /** What differed before the repair. */
  readonly found?: Differences;
  /** Why no stored activity was removed although the list does not have it. */
  readonly rejected?: DeletionRejection | undefined;
  /** Why the repair stopped for this athlete. */
  readonly stoppedBy?: Error | undefined;
  readonly unread?: Unread;
}

export interface ReportOptions {
  readonly isFix: boolean;
  readonly isJson: boolean;
  readonly areStreamsKept: boolean;
  readonly reader: Reader;
}

/** All ids in JSON, ten of each kind in text. */
export function renderReports(reports: readonly VerifyReport[], options: ReportOptions): string {
  if (options.isJson) return JSON.stringify({ athletes: reports.map(jsonOf) });
  return reports.flatMap((report) => linesOf(report, options)).join('\n');
}

function jsonOf({ athleteId, comparison, found, rejected, stoppedBy, unread }: VerifyReport) {
  return {
    athleteId,
    isProven: comparison !== undefined && countDifferences(comparison.differences) === 0,
    ...comparison,
    ...(found && { found }),
    ...(rejected && { rejectedDeletions: rejected }),
    ...(stoppedBy && { stopped: stoppedBy.message }),
    ...(unread && { unread: unread.message }),
  };
}

function linesOf(report: VerifyReport, options: ReportOptions): readonly string[] {
  const { athleteId, comparison, found, rejected, stoppedBy, unread } = report;
  if (comparison === undefined)
    return [`Athlete ${athleteId}: ${unreadText(unread, options.reader)}`];
  const { differences } = comparison;
  const left = countDifferences(differences);
  return [
    ...(found && countDifferences(found) > 0
      ? [`Athlete ${athleteId}: found ${summary(found)}.`]
      : []),
    `Athlete ${athleteId}: ${proof(comparison, options)}.`,
    ...differenceLines(differences),
    ...(rejected ? [rejectionSentence(rejected, differences)] : []),
    ...(stoppedBy ? [stoppedBy.message] : []),
    ...(left > 0 && !options.isFix
      ? [`Nothing was changed. To repair the differences, run: ${commandLine('verify', '--fix')}`]
      : []),
  ];
}

function unreadText(unread: Unread | undefined, reader: Reader): string {
  if (unread?.opensAt !== undefined) return quotaSpentText(unread.opensAt, reader);
  return unread?.message ?? 'not read.';
}

/** "2,914 of 2,914 activities, 2,871 with streams, 43 without by nature, 0 missing, 0 stale". */
function proof(
  { listed, stored, withStreams, withoutByNature, differences }: Comparison,
  { areStreamsKept }: ReportOptions,
): string {
  const streams = `${number(withStreams)} with streams, ${number(withoutByNature)} without by nature`;
  return [
    `${number(stored)} of ${counted(listed, 'activity', 'activities')}`,
    areStreamsKept || withStreams > 0 ? streams : 'streams are not kept',
    `${number(differences.missing.length)} missing`,
    `${number(differences.stale.length)} stale`,
  ].join(', ');
}

const names: Readonly<Record<DifferenceKind, string>> = {
  missing: 'missing',
  stale: 'stale',
  extra: "not in Strava's list",
  onlyInExport: 'from an export, not on Strava',
  pendingStreams: 'streams not there yet',
  brokenStreams: 'streams incomplete',
  unexpectedStreams: 'streams where there should be none',
  orphanStreams: 'streams without an activity',
};

const maxIdsShown = 10;

function differenceLines(differences: Differences): readonly string[] {
  const { unusable, pendingDetails } = differences;
  const named = differenceKinds.flatMap((kind) => {
    const ids = differences[kind];
    return ids.length === 0 ? [] : [`  ${names[kind]}: ${number(ids.length)} (${shownIds(ids)})`];
  });
  return [
    ...named,
    ...(unusable > 0 ? [`  ${unusableName}: ${number(unusable)}`] : []),
    ...(pendingDetails > 0 ? [`  details not there yet: ${number(pendingDetails)}`] : []),
  ];
}

const unusableName = 'records that cannot be stored as an activity';

function shownIds(ids: readonly number[]): string {
  const shown = ids.slice(0, maxIdsShown).join(', ');
  return ids.length > maxIdsShown ? `${shown}, …` : shown;
}

function summary(differences: Differences): string {
  const { unusable, pendingDetails } = differences;
  const named = differenceKinds.flatMap((kind) => {
    const { length } = differences[kind];
    return length === 0 ? [] : [`${names[kind]} ${number(length)}`];
  });
  return [
    ...named,
    ...(unusable > 0 ? [`${unusableName} ${number(unusable)}`] : []),
    ...(pendingDetails > 0 ? [`details not there yet ${number(pendingDetails)}`] : []),
  ].join(', ');
}

const rejections: Readonly<Record<DeletionRejection, string>> = {
  all: 'That is every activity that is stored',
  many: 'That is more than a fifth of all',
  scope: 'The login does not show private activities, and these may be private',
};

function rejectionSentence(
  reason: DeletionRejection,
  { extra, onlyInExport }: Differences,
): string {
  const count = extra.length + onlyInExport.length;
  return (
    `${counted(count, 'stored activity is', 'stored activities are')} not in Strava's list. ${rejections[reason]}, so none was removed. ` +
    `If they are really gone, run: ${commandLine('verify', '--accept-deletions')}. It fetches each one from Strava before it removes it.`
  );
}
