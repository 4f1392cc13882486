/**
 * The `notices` collection: one document for each cause that stands, so that it is told once, across
 * restarts and processes. It is removed when the cause ends.
 */
import type { Long } from 'mongodb';
import type { Notice, NoticeKind } from '../../domain/notifications/alert-conditions.ts';
import { int64, toNumber } from '../../mongo/base/bson-value.ts';
import type { Mongo } from '../../mongo/base/connection.ts';

export interface NoticeDocument {
  readonly _id: string;
  readonly kind: NoticeKind;
  readonly athlete_id?: Long;
  readonly text: string;
  readonly since: Date;
  readonly seen_at: Date;
  readonly watched_ms: number;
  readonly tries: number;
  readonly told_at?: Date;
}

export interface NoticeStore {
  load(): Promise<readonly Notice[]>;
  /** Writes that a cause stands; what was told stays told. */
  save(notice: Notice): Promise<void>;
  end(keys: readonly string[]): Promise<void>;
  /** Counts a try; false where another process was faster. */
  claim(notice: Notice): Promise<boolean>;
  told(key: string, at: Date): Promise<void>;
}

export function createNoticeStore({ db, attempt }: Mongo): NoticeStore {
  const notices = db.collection<NoticeDocument>('notices');
  return {
    load: async () => (await attempt(() => notices.find().toArray())).map(noticeFrom),
    save: async ({ key, kind, athleteId, text, since, seenAt, watchedMs }) => {
      const fixed = {
        kind,
        ...(athleteId !== undefined && { athlete_id: int64(athleteId) }),
        text,
        since,
        tries: 0,
      };
      const update = { $set: { seen_at: seenAt, watched_ms: watchedMs }, $setOnInsert: fixed };
      await attempt(() => notices.updateOne({ _id: key }, update, { upsert: true }));
    },
    end: async (keys) => {
      if (keys.length === 0) return;
      await attempt(() => notices.deleteMany({ _id: { $in: [...keys] } }));
    },
    claim: async ({ key, tries }) => {
      const filter = { _id: key, tries, told_at: { $exists: false } };
      const claimed = await attempt(() =>
        notices.updateOne(filter, { $set: { tries: tries + 1 } }),
      );
      return claimed.modifiedCount === 1;
    },
    told: async (key, at) => {
      await attempt(() => notices.updateOne({ _id: key }, { $set: { told_at: at } }));
    },
  };
}

function noticeFrom(document: NoticeDocument): Notice {
  const { _id, kind, athlete_id, text, since, seen_at, watched_ms, tries, told_at } = document;
  return {
    key: _id,
    kind,
    ...(athlete_id !== undefined && { athleteId: toNumber(athlete_id) }),
    text,
    since,
    seenAt: seen_at,
    watchedMs: watched_ms,
    tries,
    ...(told_at && { toldAt: told_at }),
  };
}
