/**
 * The fields of anything that is fetched and may fail: what became of it, how often it failed, why, and
 * when it is tried next.
 */
import type { Fields } from './field.ts';
import { date, number, object, oneOf, optional, text } from './field.ts';

export const tries = number('how often it failed since it last succeeded', 0);

const fields = {
  state: oneOf('where it stands', {
    pending: 'still to be fetched',
    stored: 'all here',
    none: 'Strava has none, or does not give it; `reason` says why',
    parked: 'failed by its own fault; tried again at `next_try_at`',
  }),
  tries,
  error: optional(text('why the last try failed', 'Strava answered 500')),
  reason: optional(text('why there is none', 'entered by hand')),
  next_try_at: optional(date('not tried before')),
  fetched_at: optional(date('when it was fetched last')),
};

/** The state of something that is fetched, with further fields of its own. */
export function fetchState<F extends Fields>(meaning: string, more: F) {
  return object(meaning, { ...fields, ...more });
}
