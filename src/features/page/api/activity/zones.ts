/**
 * How long the heart and the power were in each zone during an activity.
 */
import type { Document } from 'mongodb';
import { int64 } from '../../../../mongo/base/bson-value.ts';
import type { Store } from '../../../../mongo/schema/collections.ts';
import { recipeNamed } from '../../../../queries/recipes.ts';
import { answerOf } from '../../../shared/answer.ts';
import type { Zone } from '../types/activity.ts';
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
  const inZones = await zonesOf(store, id, 'heartrate-zones-of-one');
  return inZones.length === 0 ? inSteps : inZones;
}

/** In Strava's zones of the athlete; none where they are not stored. */
export function powerZonesOf(store: Store, id: number): Promise<readonly Zone[]> {
  return zonesOf(store, id, 'power-zones-of-one');
}

async function zonesOf(store: Store, id: number, question: string): Promise<readonly Zone[]> {
  const order = { scope: { activity: int64(id) }, match: {} };
  return ((await answerOf(store, recipeNamed(question), order)) ?? []).map(zoneOf);
}

function stepOf({ bpm, seconds }: Document): readonly Zone[] {
  const [min, time] = [measureOf(bpm), measureOf(seconds)];
  return min === null || time === null ? [] : [{ min, max: min + bpmStep, seconds: time }];
}

/** The last zone has no end, which Strava writes as -1. */
function zoneOf({ from_bpm, to_bpm, from_watts, to_watts, seconds }: Document): Zone {
  return {
    min: measureOf(from_bpm ?? from_watts) ?? 0,
    max: measureOf(to_bpm ?? to_watts),
    seconds: measureOf(seconds) ?? 0,
  };
}
