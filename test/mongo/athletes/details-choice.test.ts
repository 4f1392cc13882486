import { Long } from 'mongodb';
import { beforeEach, describe, expect, it } from 'vitest';

import { systemClock } from '../../../src/clock.ts';
import { activityParts } from '../../../src/domain/sync/activity-parts.ts';
import { athleteLists } from '../../../src/domain/sync/athlete-lists.ts';
import {
  detailsChoiceOf,
  saveDetailsAnswer,
  turnDetailsOn,
  whoseDetailsAreWanted,
} from '../../../src/mongo/athletes/details-choice.ts';
import { createEventStore } from '../../../src/features/webhooks/store.ts';
import { createTaskStore } from '../../../src/mongo/tasks/task-store.ts';
import type { KeptKinds } from '../../../src/sync/ports/tasks.ts';
import { useAdapter } from '../adapter.ts';
import { open } from '../base/connection-of.ts';
import { athleteId, pageOf, recordOf } from '../pages.ts';
import { taskQuery } from '../tasks.ts';

const adapter = useAdapter();
const at = new Date('2026-10-05T11:00:00Z');

beforeEach(() => adapter.empty());

/** What is due with a setting, undefined where nobody set it. */
async function dueWith(details: boolean | undefined, streams = false) {
  const kept: KeptKinds = { streams, details, segments: false, athlete: false };
  const query = taskQuery('details', at, { kept });
  const isComplete = await adapter.tasks.isComplete(query);
  return { kinds: (await adapter.tasks.due(query)).map(({ kind }) => kind), isComplete };
}

const answer = (isWanted: boolean) => saveDetailsAnswer(adapter.store, athleteId, { isWanted, at });

describe('the answer about the details', () => {
  it('details are due by the athlete’s answer where no setting decides, and a setting wins', async () => {
    await adapter.activities.storePage(pageOf([recordOf(19_000_000_001)]));
    expect(await dueWith(undefined)).toEqual({ kinds: [], isComplete: true });
    await answer(true);
    expect(await dueWith(undefined)).toEqual({ kinds: ['activity'], isComplete: false });
    expect(await dueWith(false)).toEqual({ kinds: [], isComplete: true });
    await answer(false);
    expect(await dueWith(undefined)).toEqual({ kinds: [], isComplete: true });
    expect(await dueWith(true)).toEqual({ kinds: ['activity'], isComplete: false });
  });

  it('with an answer for details, the streams of an activity are due before its details', async () => {
    await adapter.activities.storePage(pageOf([recordOf(19_000_000_001)]));
    await answer(true);
    expect((await dueWith(undefined, true)).kinds).toEqual(['streams', 'activity']);
  });

  it('an import turns the details on unless there is an answer, and an answer replaces it', async () => {
    await answer(false);
    await turnDetailsOn(adapter.store, athleteId, at);
    expect(await detailsChoiceOf(adapter.store, athleteId)).toMatchObject({ is_wanted: false });
    await adapter.empty();
    await adapter.store.athletes.insertOne({ _id: Long.fromNumber(athleteId) });
    await turnDetailsOn(adapter.store, athleteId, at);
    expect(await detailsChoiceOf(adapter.store, athleteId)).toEqual({
      ...{ is_wanted: true, source: 'import', at },
    });
    await answer(false);
    expect(await detailsChoiceOf(adapter.store, athleteId)).toMatchObject({ source: 'answer' });
  });

  it('whose details are wanted follows the setting, or the answer of each athlete', async () => {
    await answer(true);
    const wanted = (setting: boolean | undefined) =>
      whoseDetailsAreWanted(adapter.store, [athleteId, 2], setting);
    expect(await wanted(undefined)).toEqual([athleteId]);
    expect(await wanted(true)).toEqual([athleteId, 2]);
    expect(await wanted(false)).toEqual([]);
  });

  it('whatever is kept, what is due takes one read of the athlete, and none where nothing depends on it', async () => {
    await answer(true);
    const { uri, name } = adapter.database;
    const store = await open({ uri: `${uri}?monitorCommands=true`, name });
    let reads = 0;
    store.db.client.on('commandStarted', ({ command }) => {
      if (command['find'] === 'athletes') reads += 1;
    });
    const tasks = createTaskStore(store, { events: createEventStore(store, systemClock) });
    const readsOf = async (kept: KeptKinds): Promise<readonly number[]> => {
      const query = taskQuery('details', at, { kept });
      const counts: number[] = [];
      for (const ask of ['due', 'nextTryAt', 'isComplete'] as const) {
        reads = 0;
        await tasks[ask](query);
        counts.push(reads);
      }
      return counts;
    };
    try {
      const parts = { parts: activityParts, lists: athleteLists };
      const all = { streams: true, details: undefined, segments: true, athlete: true, ...parts };
      expect(await readsOf(all)).toEqual([1, 1, 1]);
      const few = { streams: true, details: false, segments: false, athlete: false };
      expect(await readsOf(few)).toEqual([0, 0, 0]);
    } finally {
      await store.close();
    }
  });

  it('an odd answer that a hand wrote counts as none', async () => {
    await adapter.activities.storePage(pageOf([recordOf(19_000_000_001)]));
    await adapter.database.db
      .collection<{ _id: Long }>('athletes')
      .updateOne(
        { _id: Long.fromNumber(athleteId) },
        { $set: { 'sync.details_choice': 'yes please' } },
        { upsert: true, bypassDocumentValidation: true },
      );
    expect((await dueWith(undefined)).kinds).toEqual([]);
  });
});
