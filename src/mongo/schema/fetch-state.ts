/**
 * The state of anything that Domestique fetches: the outcome, the failures and the next try.
 */
import type { Fields, ObjectOf } from './field.ts';
import { date, number, object, oneOf, optional, text } from './field.ts';

export const tries = number('failures since the last success', 0);

const fields = {
  state: oneOf('the state', {
    pending: 'still to be fetched',
    stored: 'completely stored',
    none: 'Strava has none or does not return it; `reason` says why',
    parked: 'put aside after failures; tried again at `next_try_at`',
  }),
  tries,
  error: optional(text('why the last try failed', 'Strava answered 500')),
  reason: optional(text('why there is none', 'entered by hand')),
  next_try_at: optional(date('not tried before this time')),
  fetched_at: optional(date('when it was last fetched')),
};

export type FetchState = ObjectOf<typeof fields>;

/** A fetch state with further fields. */
export function fetchState<F extends Fields>(meaning: string, more: F) {
  return object(meaning, { ...fields, ...more });
}
