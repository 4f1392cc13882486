/**
 * How long the heart was in each zone during an activity.
 */
import type { Document } from 'mongodb';
import { int64 } from '../../../../mongo/base/bson-value.ts';
import type { Store } from '../../../../mongo/schema/collections.ts';
import { recipeNamed } from '../../../../queries/recipes.ts';
import { answerOf } from '../../../shared/answer.ts';
import type { Zone } from '../types.ts';
import { documentsOf, measureOf } from '../values.ts';

/** Beats of a step in `derived`. */
const bpmStep = 5;

/** In Strava's zones of the athlete; in steps of the heart rate where they are not stored. */
export async function heartrateZonesOf(
  store: Store,
  id: number,
  activity: Document,
): Promise<readonly Zone[]> {
  const { heartrate_seconds: steps } = Object(activity['derived']) as Document;
  const inSteps = documentsOf(steps).flatMap(stepOf);
  if (inSteps.length === 0) return [];
  const order = { scope: { activity: int64(id) }, match: {} };
  const answer = (await answerOf(store, recipeNamed('heartrate-zones-of-one'), order)) ?? [];
  return answer.length === 0 ? inSteps : answer.map(zoneOf);
}

function stepOf({ bpm, seconds }: Document): readonly Zone[] {
  const [min, time] = [measureOf(bpm), measureOf(seconds)];
  return min === null || time === null ? [] : [{ min, max: min + bpmStep, seconds: time }];
}

/** The last zone has no end, which Strava writes as -1. */
function zoneOf({ from_bpm, to_bpm, seconds }: Document): Zone {
  return {
    min: measureOf(from_bpm) ?? 0,
    max: measureOf(to_bpm),
    seconds: measureOf(seconds) ?? 0,
  };
}
