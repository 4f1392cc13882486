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

/** The notifications of one application, by its client id: another one's conditions are not ours to end. */
export function createNotificationStore(
  { notifications }: Store,
  clientId: string,
): NotificationStore {
  const prefix = `${clientId}:`;
  const idOf = (key: string): string => `${prefix}${key}`;
  const read = (document: NotificationDocument): Notification =>
    notificationFrom(document, document._id.slice(prefix.length));
  return {
    load: async () => (await notifications.find({ client_id: clientId }).toArray()).map(read),
    save: async ({ key, kind, athleteId, text, since, seenAt, watchedMs }) => {
      const fixed = {
        client_id: clientId,
        kind,
        ...(athleteId !== undefined && { athlete_id: int64(athleteId) }),
        text,
        since,
        tries: 0,
      };
      const update = { $set: { seen_at: seenAt, watched_ms: watchedMs }, $setOnInsert: fixed };
      await notifications.updateOne({ _id: idOf(key) }, update, { upsert: true });
    },
    end: async (keys) => {
      if (keys.length === 0) return;
      await notifications.deleteMany({ _id: { $in: keys.map(idOf) } });
    },
    claim: async ({ key, tries }) => {
      const filter = { _id: idOf(key), tries, delivered_at: { $exists: false } };
      const claimed = await notifications.updateOne(filter, { $set: { tries: tries + 1 } });
      return claimed.modifiedCount === 1;
    },
    delivered: async (key, at) => {
      await notifications.updateOne({ _id: idOf(key) }, { $set: { delivered_at: at } });
    },
  };
}

function notificationFrom(document: NotificationDocument, key: string): Notification {
  const { kind, athlete_id, text, since, seen_at, watched_ms, tries, delivered_at } = document;
  return {
    key,
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
