/**
 * The `notifications` collection: one document for each condition that holds, so that it is notified once,
 * across restarts and processes. The document is removed when the condition ends.
 */
import type { Notification } from '../../domain/notifications/alert-conditions.ts';
import { int64, toNumber } from '../../mongo/base/bson-value.ts';
import type { NotificationDocument, Store } from '../../mongo/schema/collections.ts';

export interface NotificationStore {
  load(): Promise<readonly Notification[]>;
  /** Stores an alert condition; what was delivered stays delivered. */
  save(notification: Notification): Promise<void>;
  end(keys: readonly string[]): Promise<void>;
  /** Counts a try; false where another process was faster. */
  claim(notification: Notification): Promise<boolean>;
  delivered(key: string, at: Date): Promise<void>;
}

export function createNotificationStore({ notifications }: Store): NotificationStore {
  return {
    load: async () => (await notifications.find().toArray()).map(notificationFrom),
    save: async ({ key, kind, athleteId, text, since, seenAt, watchedMs }) => {
      const fixed = {
        kind,
        ...(athleteId !== undefined && { athlete_id: int64(athleteId) }),
        text,
        since,
        tries: 0,
      };
      const update = { $set: { seen_at: seenAt, watched_ms: watchedMs }, $setOnInsert: fixed };
      await notifications.updateOne({ _id: key }, update, { upsert: true });
    },
    end: async (keys) => {
      if (keys.length === 0) return;
      await notifications.deleteMany({ _id: { $in: [...keys] } });
    },
    claim: async ({ key, tries }) => {
      const filter = { _id: key, tries, delivered_at: { $exists: false } };
      const claimed = await notifications.updateOne(filter, { $set: { tries: tries + 1 } });
      return claimed.modifiedCount === 1;
    },
    delivered: async (key, at) => {
      await notifications.updateOne({ _id: key }, { $set: { delivered_at: at } });
    },
  };
}

function notificationFrom(document: NotificationDocument): Notification {
  const { _id, kind, athlete_id, text, since, seen_at, watched_ms, tries, delivered_at } = document;
  return {
    key: _id,
    kind,
    ...(athlete_id !== undefined && { athleteId: toNumber(athlete_id) }),
    text,
    since,
    seenAt: seen_at,
    watchedMs: watched_ms,
    tries,
    ...(delivered_at && { deliveredAt: delivered_at }),
  };
}
