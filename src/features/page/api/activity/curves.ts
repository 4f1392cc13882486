/**
 * The highest mean power and heart rate of an activity over each duration, beside the best that the athlete
 * reached in the same sport within a year up to it.
 */
import type { Document } from 'mongodb';
import { dayMs } from '../../../../domain/duration.ts';
import { int64 } from '../../../../mongo/base/bson-value.ts';
import type { Store } from '../../../../mongo/schema/collections.ts';
import { recipeNamed } from '../../../../queries/recipes.ts';
import { answerOf } from '../../../shared/answer.ts';
import type { ActivityDetail } from '../types/activity.ts';
import { documentsOf, idOf, instantOrNull, measureOf } from '../values.ts';

type Curves = Pick<ActivityDetail, 'bestPowers' | 'bestHeartrates'>;

interface Point {
  readonly seconds: number;
  readonly value: number;
  readonly yearBest: number | null;
}

const yearMs = 365 * dayMs;

export async function curvesOf(store: Store, activity: Document): Promise<Curves> {
  const { best_power, best_heartrate } = Object(activity['derived']) as Document;
  const [powers, heartrates] = await Promise.all([
    curveOf(documentsOf(best_power), 'watts', yearOf(store, activity, 'power-curve')),
    curveOf(documentsOf(best_heartrate), 'bpm', yearOf(store, activity, 'heartrate-curve')),
  ]);
  return {
    bestPowers: powers.map(({ value, ...point }) => ({ ...point, watts: value })),
    bestHeartrates: heartrates.map(({ value, ...point }) => ({ ...point, bpm: value })),
  };
}

async function curveOf(
  own: readonly Document[],
  key: string,
  readYear: () => Promise<readonly Document[]>,
): Promise<readonly Point[]> {
  if (own.length === 0) return [];
  const year = await readYear();
  const bests = new Map(year.map((best) => [measureOf(best['seconds']), measureOf(best[key])]));
  return own.flatMap((best) => {
    const [seconds, value] = [measureOf(best['seconds']), measureOf(best[key])];
    if (seconds === null || value === null) return [];
    return [{ seconds, value, yearBest: bests.get(seconds) ?? null }];
  });
}

/** All activities of years would take half a second; those of a sport's year are few, found by an index. */
function yearOf(
  store: Store,
  activity: Document,
  question: string,
): () => Promise<readonly Document[]> {
  const { start_date: start, sport_type, sync } = activity;
  return async () => {
    if (!(start instanceof Date) || instantOrNull(start) === null) return [];
    if (typeof sport_type !== 'string') return [];
    const { athlete_id } = Object(sync) as Document;
    const athlete = int64(Number(idOf(athlete_id)));
    const start_date = { $gt: new Date(start.getTime() - yearMs), $lte: start };
    const match = { 'sync.athlete_id': athlete, sport_type, start_date };
    return (await answerOf(store, recipeNamed(question), { scope: { athlete }, match })) ?? [];
  };
}
