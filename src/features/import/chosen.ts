/**
 * Which activities of an export the options choose.
 */
import { firstColumns } from '../../domain/bulk-export/columns.ts';
import type { ExportedActivity } from '../../domain/bulk-export/exported-activity.ts';
import { UsageError } from '../../errors.ts';
import { terminalText } from '../../terminal-text.ts';
import type { ActivityFilter } from '../shared/activity-filter.ts';
import { knownSport } from '../shared/activity-filter.ts';
import { counted } from '../shared/text/text-format.ts';

const maxNames = 3;

/**
 * The filter with the sport as Strava writes it.
 * @throws UsageError if none of the activities has the sport, or if no activity's sport can be told.
 */
export function withExportedSport(
  activities: readonly ExportedActivity[],
  filter: ActivityFilter,
): ActivityFilter {
  const { sport } = filter;
  if (sport === undefined || activities.length === 0) return filter;
  const known = sportsOf(activities);
  if (known.length === 0)
    throw new UsageError(
      `--sport: none of the export's ${countedText(activities)} has a sport that can be told${namesText(activities)}. Leave --sport out to import them.`,
    );
  const unknown = unknownSportText(activities, filter);
  const others = unknown === undefined ? 'no activity' : `${unknown}, and no other activity`;
  return { ...filter, sport: knownSport(known, sport, `${others} of the export`) };
}

/** How many activities of the period the choice of a sport leaves out without knowing theirs, as a clause. */
export function unknownSportText(
  activities: readonly ExportedActivity[],
  { sport, ...others }: ActivityFilter,
): string | undefined {
  if (sport === undefined) return undefined;
  const unknown = chosenOf(activities, others).filter(
    ({ fields }) => fields['sport_type'] === undefined,
  );
  if (unknown.length === 0) return undefined;
  return `the sport of ${countedText(unknown)} cannot be told${namesText(unknown)}`;
}

function countedText(activities: readonly ExportedActivity[]): string {
  return counted(activities.length, 'activity', 'activities');
}

/** The names that their sports have in the export's language. */
function namesText(activities: readonly ExportedActivity[]): string {
  const names = activities.map(({ row }) => row[firstColumns.type]?.trim() ?? '');
  const distinct = [...new Set(names)].filter((name) => name !== '');
  if (distinct.length === 0) return '';
  const shown = distinct.slice(0, maxNames).map((name) => `"${terminalText(name)}"`);
  return ` from its name (${shown.join(', ')}${distinct.length > maxNames ? ', …' : ''})`;
}

/** The chosen ones. One whose date is not certain stays, until its recording has settled it. */
export function chosenOf(
  activities: readonly ExportedActivity[],
  filter: ActivityFilter,
): readonly ExportedActivity[] {
  const { sport } = filter;
  return activities.filter(
    ({ starts, fields }) =>
      (sport === undefined || fields['sport_type'] === sport) &&
      (starts.length === 0 || starts.some((at) => isIn(filter, at))),
  );
}

/** Whether a start lies in the period. */
export function isIn({ since, until }: ActivityFilter, at: Date): boolean {
  return (since === undefined || at >= since) && (until === undefined || at <= until);
}

function sportsOf(activities: readonly ExportedActivity[]): readonly string[] {
  const sports = activities.map(({ fields }) => fields['sport_type']);
  return [...new Set(sports)].filter((sport) => typeof sport === 'string');
}
