/**
 * What an import says when it is done: one sentence, and the problems by name.
 */
import { formatDuration } from '../../domain/duration.ts';
import { commandLine } from '../../domain/invocation.ts';
import { terminalText } from '../../terminal-text.ts';
import { detailsCommand } from '../shared/status/details-source.ts';
import { counted, number } from '../shared/text/text-format.ts';
import type { ImportCounts, ImportProblem, ImportSummary } from './result.ts';

export interface ImportReport extends ImportSummary {
  readonly athleteId: number;
  readonly isDryRun: boolean;
  readonly elapsedMs: number;
  /** Whether the import turns the details on, or would. */
  readonly areDetailsOn?: boolean;
  /** Whether the athlete has logged in: only then an answer about the details can be stored. */
  readonly hasLogin?: boolean;
}

const maxShown = 10;

/** Pure. */
export function importText(report: ImportReport): string {
  return [
    sentence(report),
    ...storedTexts(report),
    ...problemTexts(report),
    ...detailsTexts(report),
  ].join('\n');
}

/** One JSON document. Pure. */
export function importJson(report: ImportReport): string {
  const { athleteId, isDryRun, elapsedMs, areDetailsOn = false, ...rest } = report;
  const { keptApi, byHand, leftToApi, ...counts } = rest.counts;
  return JSON.stringify({
    athlete: athleteId,
    dry_run: isDryRun,
    seconds: Math.round(elapsedMs) / 1_000,
    ...counts,
    imported: importedCount(rest.counts),
    ...{ kept_api: keptApi, by_hand: byHand, left_to_api: leftToApi },
    details_turned_on: areDetailsOn,
    problems: unexplainedFirst(rest.problems).map(({ activity, where, problem, isExplained }) => ({
      ...(activity === undefined ? { where } : { activity: activity.id }),
      ...(activity?.file.kind === 'file' && { file: activity.file.path }),
      problem,
      explained: isExplained,
    })),
  });
}

/** How many activities of the export are in the database. */
function importedCount({ added, changed, unchanged, keptApi }: ImportCounts): number {
  return added + changed + unchanged + keptApi;
}

function sentence({ counts, isDryRun, elapsedMs }: ImportReport): string {
  const { activities, recordings, cut, byHand, leftToApi } = counts;
  const notes = [
    ...(cut > 0 ? [`${number(cut)} cut to the activity`] : []),
    ...(byHand > 0 ? [`${number(byHand)} by hand`] : []),
    ...(leftToApi > 0 ? [`${number(leftToApi)} left to the API`] : []),
  ];
  const imported = `${number(importedCount(counts))} of ${counted(activities, 'activity', 'activities')}`;
  const what = `${imported} with ${counted(recordings, 'recording')}`;
  const noted = notes.length === 0 ? '' : ` (${notes.join(', ')})`;
  return isDryRun
    ? `Would import ${what}${noted}. Nothing was written.`
    : `Imported ${what}${noted} in ${formatDuration(elapsedMs)}.`;
}

function detailsTexts(report: ImportReport): readonly string[] {
  const { areDetailsOn = false, hasLogin = false, isDryRun, athleteId } = report;
  if (!areDetailsOn) return [];
  const are = isDryRun ? 'would be' : 'are';
  const command = hasLogin ? `${detailsCommand(false, athleteId)}, or ` : '';
  return [
    `The recordings need no requests, so descriptions, laps and segment efforts ${are} fetched too, newest first. To turn that off: ${command}SYNC_DETAILS=false.`,
  ];
}

function storedTexts({ counts, isDryRun }: ImportReport): readonly string[] {
  const { unchanged, keptApi, deleted } = counts;
  const kept = isDryRun ? 'would keep' : 'keep';
  return [
    ...(unchanged > 0
      ? [`${counted(unchanged, 'activity was', 'activities were')} stored already, unchanged.`]
      : []),
    ...(keptApi > 0
      ? [`${counted(keptApi, 'activity', 'activities')} ${kept} the API's recording.`]
      : []),
    ...(deleted > 0
      ? [
          `${counted(deleted, 'activity was', 'activities were')} deleted at Strava since the export, and stay deleted.`,
        ]
      : []),
  ];
}

/** Then by activity. */
function unexplainedFirst(problems: readonly ImportProblem[]): readonly ImportProblem[] {
  return problems.toSorted(
    (one, other) =>
      Number(one.isExplained) - Number(other.isExplained) ||
      (one.activity?.id ?? 0) - (other.activity?.id ?? 0),
  );
}

function problemTexts({ problems }: ImportReport): readonly string[] {
  if (problems.length === 0) return [];
  const unexplained = problems.filter(({ isExplained }) => !isExplained).length;
  const more = problems.length - maxShown;
  return [
    unexplained === 0
      ? `${counted(problems.length, 'note')}:`
      : `${counted(problems.length, 'problem')}, ${number(unexplained)} of them unexplained by the export:`,
    ...unexplainedFirst(problems)
      .slice(0, maxShown)
      .map((problem) => `  ${problemText(problem)}`),
    ...(more > 0
      ? [`  and ${number(more)} more: ${commandLine('import', '--file', '…', '--json')} names all.`]
      : []),
  ];
}

function problemText({ activity, where, problem }: ImportProblem): string {
  if (activity === undefined) return terminalText(`${where ?? ''}: ${problem}`);
  const { id, fields, file } = activity;
  const name = typeof fields['name'] === 'string' ? ` "${fields['name']}"` : '';
  const path = file.kind === 'file' ? ` (${file.path})` : '';
  return terminalText(`${id}${name}${path}: ${problem}`);
}
