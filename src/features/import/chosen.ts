/**
 * Which activities of an export the options choose.
 */
import type { ExportedActivity } from '../../domain/bulk-export/exported-activity.ts';
import type { ActivityFilter } from '../shared/activity-filter.ts';
import { knownSport } from '../shared/activity-filter.ts';

/**
 * The filter with the sport as Strava writes it, where any activity has one.
 * @throws UsageError if none of the activities has the sport.
 */
export function withExportedSport(
  activities: readonly ExportedActivity[],
  filter: ActivityFilter,
): ActivityFilter {
  const known = sportsOf(activities);
  if (filter.sport === undefined || known.length === 0) return filter;
  return { ...filter, sport: knownSport(known, filter.sport, 'no activity of the export') };
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
