/**
 * The fields that tell of anything that is asked for and may fail: how often, why, and when next.
 */
import { date, number, optional, text } from './field.ts';

export const tries = number('how often it failed since it last succeeded', 0);

export const failure = {
  tries,
  error: optional(text('why the last try failed', 'Strava answered 500')),
  reason: optional(text('why it is final', 'entered by hand')),
  next_try_at: optional(date('not asked for before')),
};
