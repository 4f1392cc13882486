import { Long } from 'mongodb';
import { beforeEach, describe, expect, it } from 'vitest';

import {
  detailsChoiceOf,
  saveDetailsAnswer,
  turnDetailsOn,
  whoseDetailsAreWanted,
} from '../../../src/mongo/athletes/details-choice.ts';
import type { KeptKinds } from '../../../src/sync/ports/tasks.ts';
import { useAdapter } from '../adapter.ts';
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
