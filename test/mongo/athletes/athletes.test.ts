import { Long, type Document } from 'mongodb';
import { beforeEach, describe, expect, it } from 'vitest';

import {
  addSpan,
  nothingCovered,
  type ListCoverage,
} from '../../../src/domain/sync/list-coverage.ts';
import { LeaseLostError } from '../../../src/errors.ts';
import { createAthleteStore, saveAthlete } from '../../../src/mongo/athletes/athletes.ts';
import { createTokenStore } from '../../../src/mongo/tokens/tokens.ts';
import type { AthleteStore, BackfillRequest } from '../../../src/sync/ports/athletes.ts';
import { everyApplication } from '../../../src/mongo/schema/definitions/application.ts';
import { useAdapter } from '../adapter.ts';
import { athleteId } from '../pages.ts';

const adapter = useAdapter();
const at = new Date('2026-10-05T10:00:00Z');
const coverage: ListCoverage = {
  spans: [
    { fromS: 1_790_000_000, toS: 1_791_000_000 },
    { fromS: 0, toS: 1_600_000_001 },
  ],
  cursor: { beforeS: 1_790_000_000, page: 3 },
};
const backfill: BackfillRequest = {
  id: '2019-01-01..',
  since: new Date('2019-01-01T00:00:00Z'),
  until: new Date('2019-12-31T23:59:59Z'),
  requestedAt: at,
  coverage: nothingCovered,
};

function store(): AthleteStore {
  return createAthleteStore(adapter.store, everyApplication);
}

function document(): Promise<Document | null> {
  return adapter.database.db.collection('athletes').findOne();
}

const poll = { at, count: 3, newestStartAt: new Date(at.getTime() - 1_000) };

beforeEach(() => adapter.empty());

describe('list coverage', () => {
  it('a list coverage is loaded as it was saved', async () => {
    expect(await store().load(athleteId)).toEqual({
      athleteId,
      coverage: nothingCovered,
      backfills: [],
      reconciledAt: {},
      wantsDetails: false,
    });
    await store().saveCoverage(athleteId, coverage, { epoch: 1, poll });
    const rest = { backfills: [], reconciledAt: {}, wantsDetails: false };
    const expected = { athleteId, coverage, lastPoll: poll, ...rest };
    expect(await store().load(athleteId)).toEqual(expected);
  });

  it.each<[string, ListCoverage]>([
    ['nothing', nothingCovered],
    ['a cursor without a bound', { spans: [], cursor: { page: 2 } }],
    ['a span to the end', { spans: addSpan([], { fromS: 0, toS: 1_790_000_000 }) }],
  ])('list coverage is saved and loaded when it is %s', async (_, one) => {
    await store().saveCoverage(athleteId, coverage, { epoch: 1 });
    await store().saveCoverage(athleteId, one, { epoch: 1 });
    expect((await store().load(athleteId)).coverage).toEqual(one);
  });

  it('saving a list coverage keeps the time of the last poll where a page does not set it', async () => {
    await store().saveCoverage(athleteId, coverage, { epoch: 1, poll });
    await store().saveCoverage(athleteId, nothingCovered, { epoch: 1 });
    expect(await store().load(athleteId)).toMatchObject({ lastPoll: poll });
  });

  it('a list coverage is not saved under an older lease', async () => {
    await store().saveCoverage(athleteId, coverage, { epoch: 5 });
    const before = await document();
    const late = store().saveCoverage(athleteId, nothingCovered, { epoch: 4, poll });
    await expect(late).rejects.toThrow(LeaseLostError);
    expect(await document()).toEqual(before);
  });
});

describe('taking over an athlete', () => {
  it('taking over an athlete returns the stored state, and fences off older leases', async () => {
    await store().saveCoverage(athleteId, coverage, { epoch: 4, poll });
    await store().addBackfill(athleteId, backfill);
    const known = await store().take(athleteId, 5);
    expect(known).toEqual({
      athleteId,
      coverage,
      backfills: [backfill],
      lastPoll: poll,
      reconciledAt: {},
      wantsDetails: false,
    });
    const late = store().saveCoverage(athleteId, nothingCovered, { epoch: 4 });
    await expect(late).rejects.toThrow(LeaseLostError);
    await expect(store().take(athleteId, 4)).rejects.toThrow(LeaseLostError);
    await store().take(athleteId, 5);
  });
});

describe('the stored profile', () => {
  it('a stored profile is unchanged beside our bookkeeping, in either order', async () => {
    const profile = { id: athleteId, firstname: 'Anna', 'a.b': 1, bikes: [{ id: 'b1' }] };
    await saveAthlete(adapter.store, athleteId, profile);
    await store().saveCoverage(athleteId, coverage, { epoch: 1 });
    await store().addBackfill(athleteId, backfill);
    const changed = { id: athleteId, firstname: 'Anne', weight: 60.5 };
    await saveAthlete(adapter.store, athleteId, changed);
    const { _id, sync, ...fields } = (await document()) ?? {};
    expect(_id).toBe(athleteId);
    expect(fields).toEqual(changed);
    expect(sync).toMatchObject({ epoch: 1, backfills: [{ id: backfill.id }] });
    expect((await store().load(athleteId)).coverage).toEqual(coverage);
  });
});

describe('a backfill request', () => {
  it('a backfill request is stored once for many equal requests at a time', async () => {
    const other = { ...backfill, id: '90d' };
    const many = Array.from({ length: 10 }, (_, index) =>
      store().addBackfill(athleteId, index % 2 === 0 ? backfill : other),
    );
    await Promise.all(many);
    const { backfills } = await store().load(athleteId);
    expect(backfills.toSorted((one, two) => (one.id < two.id ? -1 : 1))).toEqual([backfill, other]);
  });

  it('a backfill request continues from the progress of an equal earlier one', async () => {
    await store().addBackfill(athleteId, backfill);
    const advanced = { ...backfill, coverage };
    await store().saveBackfill(athleteId, advanced, 1);
    await store().addBackfill(athleteId, backfill);
    expect((await store().load(athleteId)).backfills).toEqual([advanced]);
  });

  it('a backfill request is loaded without an end where it has none', async () => {
    const { until, ...open } = backfill;
    expect(until).toBeDefined();
    await store().addBackfill(athleteId, open);
    expect((await store().load(athleteId)).backfills).toEqual([open]);
  });

  it('a backfill request is saved without touching others, and not after its completion', async () => {
    await store().addBackfill(athleteId, backfill);
    await store().addBackfill(athleteId, { ...backfill, id: '90d' });
    await store().saveBackfill(athleteId, { ...backfill, coverage }, 1);
    expect((await store().load(athleteId)).backfills).toEqual([
      { ...backfill, coverage },
      { ...backfill, id: '90d' },
    ]);
    await store().removeBackfill(athleteId, backfill.id);
    await store().saveBackfill(athleteId, { ...backfill, coverage }, 1);
    expect((await store().load(athleteId)).backfills).toEqual([{ ...backfill, id: '90d' }]);
  });

  it('a backfill request is not saved under an older lease', async () => {
    await store().addBackfill(athleteId, backfill);
    await store().take(athleteId, 2);
    await store().saveBackfill(athleteId, { ...backfill, coverage }, 2);
    await store()
      .saveBackfill(athleteId, backfill, 1)
      .catch((error: unknown) => {
        expect(error).toBeInstanceOf(LeaseLostError);
      });
    expect((await store().load(athleteId)).backfills).toEqual([{ ...backfill, coverage }]);
  });
});

describe('the athletes who have logged in', () => {
  it('the athletes who have logged in are sorted by id', async () => {
    const tokens = createTokenStore(adapter.store, everyApplication);
    const grant = { accessToken: 'a', refreshToken: 'r', expiresAt: at };
    for (const id of [30_000_000_000, 1_001, 2_002]) {
      await tokens.save({ ...grant, athleteId: id });
    }
    expect(await store().athleteIds()).toEqual([1_001, 2_002, 30_000_000_000]);
    const wide = { _id: Long.fromNumber(30_000_000_000) };
    expect(await adapter.store.tokens.findOne(wide)).not.toBeNull();
  });
});
