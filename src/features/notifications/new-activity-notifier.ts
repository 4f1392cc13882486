/**
 * Notifies of new activities, with `NOTIFY_NEW_ACTIVITY`: the earliest first, one at a time, a bounded
 * number in each check. A failed delivery ends the check, because the receiver is most likely away.
 */
import { maxTries } from '../../domain/notifications/alert-conditions.ts';
import type { NewActivity } from '../../domain/notifications/new-activity.ts';
import { newActivityText } from '../../domain/notifications/new-activity.ts';
import type { Database } from '../../main.ts';
import type { Program } from '../../program.ts';
import type { Deliver, Message } from './delivery.ts';
import type { NewActivityStore } from './new-activity-store.ts';

export interface NewActivitySession {
  readonly program: Program;
  readonly athletes: Pick<Database['athletes'], 'athleteIds' | 'erasingIds'>;
  readonly store: NewActivityStore;
  readonly deliver: Deliver;
}

export async function notifyNewActivities(session: NewActivitySession): Promise<void> {
  const { program, athletes, store } = session;
  const { clock, signal } = program;
  const erasing = new Set(await athletes.erasingIds());
  const athleteIds = (await athletes.athleteIds()).filter((id) => !erasing.has(id));
  await store.begin(athleteIds, clock.nowMs());
  for (const activity of await store.due(athleteIds, clock.nowMs())) {
    if (signal.aborted || !(await notify(session, activity))) return;
  }
}

/** False where the delivery failed. */
async function notify(
  { program, store, deliver }: NewActivitySession,
  activity: NewActivity,
): Promise<boolean> {
  const { clock, log, signal } = program;
  const { id, athleteId, tries } = activity;
  if (!(await store.claim(activity, new Date(clock.nowMs())))) return true;
  const problem = await deliver(messageOf(activity), signal);
  if (problem === undefined) {
    await store.delivered(id, new Date(clock.nowMs()));
    log.info({ notification: 'activity', activity: id }, `Notified of activity ${id}.`);
    return true;
  }
  if (signal.aborted) return false;
  const next = tries + 1 >= maxTries ? 'It is not tried again' : 'It is tried again later';
  log.warn(
    { notification: 'activity', activity: id },
    `The notification of activity ${id} of athlete ${athleteId} could not be delivered: ${problem}. ${next}.`,
  );
  return false;
}

function messageOf(activity: NewActivity): Message {
  const { id, athleteId, name, sport, start, distance, movingTime, elevationGain } = activity;
  return {
    kind: 'activity',
    text: newActivityText(activity),
    athleteId,
    since: start,
    activity: { id, name, sport, start, distance, movingTime, elevationGain },
  };
}
