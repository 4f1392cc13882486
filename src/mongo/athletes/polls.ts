/**
 * When each athlete's newest page was polled last, as the athlete's document has it.
 */
import type { PolledAthlete } from '../../domain/rate-limit/poll-plan.ts';
import type { LastPoll } from '../../sync/ports/athletes.ts';
import { int64, toNumber } from '../base/bson-value.ts';
import type { Application } from '../schema/definitions/application.ts';
import { loginsOf } from '../schema/definitions/application.ts';
import type { AthleteDocument, Store } from '../schema/collections.ts';

/** The fields to set. */
export function pollTo({ at, count, newestStartAt }: LastPoll): Record<string, unknown> {
  return {
    'sync.polled_at': at,
    'sync.poll_count': count,
    ...(newestStartAt && { 'sync.newest_start': newestStartAt }),
  };
}

type Bookkeeping = NonNullable<AthleteDocument['sync']>;

/** What is remembered of the last poll, at `at`. */
export function lastPollFrom(at: Date, { poll_count = 1, newest_start }: Bookkeeping): LastPoll {
  return { at, count: poll_count, ...(newest_start && { newestStartAt: newest_start }) };
}

/** Without those whose login is rejected. */
export async function polledAthletes(
  store: Store,
  application: Application,
): Promise<readonly PolledAthlete[]> {
  const projection = { needs_authorization: 1 };
  const logins = await loginsOf(store, application, { projection }).toArray();
  const ids = logins
    .filter(({ needs_authorization: mark }) => mark === undefined)
    .map(({ _id }) => toNumber(_id));
  const fields = { 'sync.polled_at': 1, 'sync.poll_count': 1, 'sync.newest_start': 1 };
  const found = await store.athletes
    .find({ _id: { $in: ids.map(int64) } }, { projection: fields })
    .toArray();
  const bookkeeping = new Map(found.map(({ _id, sync }) => [toNumber(_id), sync]));
  return ids.map((athleteId) => polledFrom(athleteId, bookkeeping.get(athleteId)));
}

function polledFrom(athleteId: number, sync: Bookkeeping | undefined): PolledAthlete {
  const { polled_at, poll_count, newest_start } = sync ?? {};
  return {
    athleteId,
    ...(polled_at && { polledAtMs: polled_at.getTime() }),
    ...(poll_count !== undefined && { polls: poll_count }),
    ...(newest_start && { newestStartMs: newest_start.getTime() }),
  };
}
