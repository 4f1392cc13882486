/**
 * What is left to do over some athletes, in figures: counted by indexes, without names or ids.
 */
import { int64 } from '../../mongo/base/bson-value.ts';
import { ofSports } from '../../mongo/base/sport-filter.ts';
import type { Store } from '../../mongo/schema/collections.ts';

/** What is wanted, as far as it is counted here. */
export interface WantedParts {
  readonly streams: boolean;
  /** Whose details are wanted. */
  readonly detailsOf: readonly number[];
  /** Activities before it are not wanted. */
  readonly from: Date | undefined;
  /** Activities of other sports are not wanted; all are where it is empty or absent. */
  readonly sports?: readonly string[];
}

export interface PartCounts {
  readonly streams: number;
  readonly details: number;
}

export interface BacklogCounts {
  readonly backlog: PartCounts;
  /** `records` are those of the list that could not be stored. */
  readonly parked: PartCounts & { readonly records: number };
}

export async function countBacklog(
  { activities, parked }: Store,
  athleteIds: readonly number[],
  wanted: WantedParts,
): Promise<BacklogCounts> {
  const ids = athleteIds.map(int64);
  const idsOf = {
    streams: wanted.streams ? ids : [],
    details: wanted.detailsOf.map(int64),
  };
  const range = wanted.from ? { start_date: { $gte: wanted.from } } : {};
  const count = async (
    part: keyof PartCounts,
    states: readonly ('pending' | 'parked' | null)[],
  ): Promise<number> => {
    if (idsOf[part].length === 0) return 0;
    const filter = {
      'sync.athlete_id': { $in: idsOf[part] },
      [`sync.${part}.state`]: { $in: states },
      ...range,
      ...ofSports(wanted.sports),
    };
    return activities.countDocuments(filter);
  };
  const records = await parked.countDocuments({ athlete_id: { $in: ids } });
  return {
    backlog: {
      streams: await count('streams', ['pending']),
      // null is an activity that was stored before details were kept.
      details: await count('details', ['pending', null]),
    },
    parked: {
      streams: await count('streams', ['parked']),
      details: await count('details', ['parked']),
      records,
    },
  };
}
