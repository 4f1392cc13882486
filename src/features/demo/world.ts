/**
 * What the demo's athlete does beside an invented history: two ways taken again and again, and company. And
 * what happens at Strava once all is synced.
 */
import { dayMs } from '../../domain/duration.ts';
import type { World } from '../../simulator/world/world.ts';

const favourites = [
  { sport_type: 'Ride', name: 'Round the lake' },
  { sport_type: 'TrailRun', name: 'Up the ridge' },
] as const;
/** How often each is repeated until now. */
const repeats = 13;
const samples = [600, 1_200] as const;

/**
 * Repeats the oldest recording of each favourite sport, and gives each ninth activity company. The newest one's
 * streams are not ready yet.
 */
export function addHabits(world: World, athleteId: number, nowMs: number): void {
  const oldestFirst = world.activities(athleteId).toReversed();
  const newest = oldestFirst.at(-1);
  if (newest !== undefined) world.withholdStreamsUntil(newest.id, new Date(nowMs + dayMs));
  for (const { sport_type, name } of favourites) {
    const first = oldestFirst.find(({ id }) => {
      const summary = world.summary(id);
      const map = summary['map'] as { readonly summary_polyline?: string | null };
      return summary.sport_type === sport_type && Boolean(map.summary_polyline);
    });
    if (first !== undefined) repeat(world, athleteId, { ...first, sport_type, name, nowMs });
  }
  for (const [index, { id }] of oldestFirst.entries())
    if (index % 9 === 4) world.editActivity(id, { athlete_count: 2 + (index % 3) });
}

function repeat(
  world: World,
  athleteId: number,
  way: {
    readonly id: number;
    readonly startAt: Date;
    readonly sport_type: string;
    readonly name: string;
    readonly nowMs: number;
  },
): void {
  const { id: onWayOf, sport_type, name, nowMs } = way;
  // Whole days, so that it starts at the same hour.
  const everyMs = dayMs * Math.floor((nowMs - +way.startAt) / dayMs / (repeats + 1));
  const { moving_time } = world.summary(onWayOf);
  world.editActivity(onWayOf, { name });
  for (let turn = 1; turn <= repeats; turn += 1) {
    const startAt = new Date(+way.startAt + turn * everyMs);
    // A little faster from year to year, with good and bad days.
    const share = 1.04 - 0.012 * turn + 0.02 * ((turn * 3) % 5);
    const fields = { sport_type, name, moving_time: Math.round(share * moving_time) };
    world.addActivity(athleteId, fields, { startAt, samples, onWayOf });
  }
}

/** Renames one of the newest activities and deletes another. */
export function changeAtStrava(world: World, athleteId: number): void {
  const [renamed, deleted] = world.activities(athleteId).slice(3, 5);
  if (renamed === undefined || deleted === undefined) return;
  world.editActivity(renamed.id, { name: 'A better name' });
  world.deleteActivity(deleted.id);
}
