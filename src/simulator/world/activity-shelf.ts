/**
 * Holds the activities of all athletes, in the order of their starts, and the text of each summary
 * once it was written, because lists of hundreds are requested again and again.
 */
import type { Activity } from './activity.ts';
import { writeJson } from '../api/json-text.ts';
import { floatKeysOf, shownStartMs, summaryOf } from './summary.ts';
import type { View } from './summary.ts';

export interface ActivityShelf {
  get(id: number): Activity | undefined;
  /** An athlete's activities by their shown start, newest first. */
  ofAthlete(athleteId: number): readonly Activity[];
  put(activity: Activity): void;
  remove(id: number): void;
  /** Reports a changed activity: its text and its place in the order are computed again. */
  touch(activity: Activity): void;
  summaryText(activity: Activity, view: View): string;
}

interface Slot {
  readonly activity: Activity;
  readonly texts: Map<View, string>;
}

/** An empty shelf. */
export function createActivityShelf(): ActivityShelf {
  const slots = new Map<number, Slot>();
  const athletes = new Map<number, Set<Activity>>();
  const orders = new Map<number, readonly Activity[]>();
  const touch = (activity: Activity): void => {
    orders.delete(activity.facts.athleteId);
    slots.get(activity.facts.id)?.texts.clear();
  };
  return {
    get: (id) => slots.get(id)?.activity,
    ofAthlete: (athleteId) => {
      const known = orders.get(athleteId);
      if (known !== undefined) return known;
      const sorted = [...(athletes.get(athleteId) ?? [])].sort(byNewest);
      orders.set(athleteId, sorted);
      return sorted;
    },
    put: (activity) => {
      const { id, athleteId } = activity.facts;
      slots.set(id, { activity, texts: new Map() });
      const others = athletes.get(athleteId) ?? new Set();
      athletes.set(athleteId, others.add(activity));
      touch(activity);
    },
    remove: (id) => {
      const activity = slots.get(id)?.activity;
      if (activity === undefined) return;
      athletes.get(activity.facts.athleteId)?.delete(activity);
      touch(activity);
      slots.delete(id);
    },
    touch,
    summaryText: (activity, view) => {
      const texts = slots.get(activity.facts.id)?.texts;
      const known = texts?.get(view);
      if (known !== undefined) return known;
      const text = writeJson(summaryOf(activity, view), floatKeysOf(activity.facts));
      texts?.set(view, text);
      return text;
    },
  };
}

// Equal starts are ordered by something that is neither the id nor its reverse, as nothing may be
// inferred from the order.
function byNewest(one: Activity, other: Activity): number {
  const difference = shownStartMs(other) - shownStartMs(one);
  return difference === 0 ? other.facts.seed - one.facts.seed : difference;
}
