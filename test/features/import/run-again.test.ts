import { describe, expect, it } from 'vitest';
import { importActivities } from '../../../src/features/import/run.ts';
import { emptyResult } from '../../../src/features/import/result.ts';
import type { StoredImport } from '../../../src/mongo/imports/import-store.ts';
import type { FakeArchive } from './fakes.ts';
import {
  athleteId,
  byHand,
  gpxOf,
  resultOf,
  ride,
  rowOf,
  runOf,
  startAt,
  storeOf,
} from './fakes.ts';

/** What the first import leaves of the ride. */
async function storedRide(
  given: Partial<StoredImport> = {},
): Promise<ReadonlyMap<number, StoredImport>> {
  const { written } = await resultOf(ride);
  const stored: StoredImport = {
    athleteId,
    digest: written[0]?.export.digest,
    archivedAt: written[0]?.export.archivedAt,
    summary: 'export',
    streams: { state: 'stored', source: 'export' },
    problem: undefined,
    tombstone: undefined,
    ...given,
  };
  return new Map([[1, stored]]);
}

describe('a second import', () => {
  it.each([[false], [true]])(
    "a second import names an activity that is stored as another athlete's, though it is the same (dry run: %s)",
    async (isDryRun) => {
      const store = storeOf(await storedRide({ athleteId: 2002 }), () => 'foreign');
      const { counts, problems } = await resultOf(ride, store, { isDryRun });
      expect(counts).toMatchObject({ unchanged: 0, rejected: 1 });
      expect(problems.map(({ problem }) => problem)).toEqual(["it is stored as another athlete's"]);
    },
  );

  it('a second import writes nothing that is up to date', async () => {
    const { counts, written } = await resultOf(ride, storeOf(await storedRide()));
    expect(written).toEqual([]);
    expect(counts).toMatchObject({ unchanged: 1, recordings: 1 });
  });

  it.each<[string, Partial<StoredImport>, FakeArchive]>([
    ['a row that changed', {}, { ...ride, activities: [rowOf(1, { row: ['new'] })] }],
    ['a file that changed', {}, { ...ride, files: { 'activities/1.gpx': gpxOf(11) } }],
    ['a recording that is not there any more', { digest: undefined }, ride],
    ['a problem, which is named again', { problem: 'it is damaged' }, ride],
    [
      'an activity that was deleted',
      { tombstone: { why: 'expired', at: startAt }, summary: undefined },
      ride,
    ],
  ])('a second import writes %s', async (_, given, archive) => {
    const { written } = await resultOf(archive, storeOf(await storedRide(given)));
    expect(written).toHaveLength(1);
  });

  it("a second import counts the API's recording that it keeps as such, however often", async () => {
    const stored = await storedRide({ streams: { state: 'stored', source: 'api' } });
    const { counts } = await resultOf(ride, storeOf(stored));
    expect(counts).toMatchObject({ activities: 1, keptApi: 1, unchanged: 0, recordings: 0 });
  });

  it("a second import replaces the API's recording only where the export's is preferred", async () => {
    const stored = await storedRide({ streams: { state: 'stored', source: 'api' } });
    expect((await resultOf(ride, storeOf(stored))).written).toHaveLength(0);
    const { write } = runOf(ride, storeOf());
    const preferred = { write: { ...write, prefer: 'export' as const } };
    expect((await resultOf(ride, storeOf(stored), preferred)).written).toHaveLength(1);
  });

  it('a second import leaves what a newer archive brought', async () => {
    const archivedAt = new Date('2026-01-02T00:00:00Z');
    const stored = await storedRide({ archivedAt });
    const older = { ...ride, activities: [rowOf(1, { row: ['older'] })] };
    expect((await resultOf(older, storeOf(stored))).written).toEqual([]);
  });
});

describe('an archive without a usable recording', () => {
  const damaged = { ...ride, files: { 'activities/1.gpx': Buffer.from('nonsense') } };

  it.each([
    ['export', 'changed', { changed: 1, recordings: 1, leftToApi: 0 }],
    ['export', 'unchanged', { unchanged: 1, recordings: 1, leftToApi: 0 }],
    ['api', 'changed', { keptApi: 1, changed: 0, recordings: 0, leftToApi: 0 }],
  ] as const)(
    'an archive without a usable recording counts the one that is stored (%s, %s)',
    async (source, outcome, expected) => {
      const stored = await storedRide({ streams: { state: 'stored', source } });
      const { counts, problems } = await resultOf(
        damaged,
        storeOf(stored, () => outcome),
      );
      expect(counts).toMatchObject(expected);
      expect(problems).toHaveLength(1);
    },
  );

  it('an archive without a usable recording leaves to the API what is not stored', async () => {
    const stored = await storedRide({ streams: { state: 'pending', source: 'export' } });
    const { counts } = await resultOf(damaged, storeOf(stored));
    expect(counts).toMatchObject({ recordings: 0, leftToApi: 1 });
  });
});

describe('an import of several archives', () => {
  const damaged = { activities: [rowOf(1, { row: ['older'] })] };

  it.each([[true], [false]])(
    'an import of several archives counts an activity once, as the last of them has it (dry run: %s)',
    async (isDryRun) => {
      const result = emptyResult();
      const outcomes = ['added', 'changed'] as const;
      let writes = 0;
      const store = storeOf(new Map(), () => outcomes[writes++] ?? 'changed');
      await importActivities(runOf(damaged, store, { isDryRun }), result);
      expect(result.counts).toMatchObject({ activities: 1, added: 1, leftToApi: 1 });
      expect(result.problems).toHaveLength(1);
      await importActivities(runOf(ride, store, { isDryRun }), result);
      const { counts, problems } = result;
      expect(counts).toMatchObject({ activities: 1, added: 1, changed: 0, recordings: 1 });
      expect(counts).toMatchObject({ leftToApi: 0 });
      expect(problems).toEqual([]);
    },
  );

  it('an import of several archives keeps what the older one has where the newer one has it without a date, and names that', async () => {
    const result = emptyResult();
    const undated = { activities: [{ ...byHand, id: 1, starts: [] }] };
    for (const archive of [ride, undated])
      await importActivities(runOf(archive, storeOf()), result);
    expect(result.counts).toMatchObject({ activities: 1, added: 1, undated: 0, recordings: 1 });
    expect(result.problems).toHaveLength(1);
  });
});

describe('a dry run', () => {
  it.each<[string, Partial<StoredImport> | undefined, string]>([
    ['not stored', undefined, 'added'],
    [
      'stored by the API without streams',
      {
        digest: undefined,
        archivedAt: undefined,
        summary: 'api',
        streams: { state: 'pending', source: 'api' },
      },
      'changed',
    ],
    [
      'stored by the API',
      {
        digest: undefined,
        archivedAt: undefined,
        summary: 'api',
        streams: { state: 'stored', source: 'api' },
      },
      'keptApi',
    ],
    ['stored by an older export', { digest: 'other', archivedAt: startAt }, 'changed'],
    [
      'expired',
      {
        digest: undefined,
        summary: undefined,
        tombstone: { why: 'expired', at: new Date('2026-01-05T00:00:00Z') },
      },
      'added',
    ],
    [
      'deleted since',
      {
        digest: undefined,
        summary: undefined,
        tombstone: { why: 'deleted', at: new Date('2026-01-05T00:00:00Z') },
      },
      'deleted',
    ],
    [
      'deleted before',
      {
        digest: undefined,
        summary: undefined,
        tombstone: { why: 'deleted', at: new Date('2025-12-05T00:00:00Z') },
      },
      'added',
    ],
    ['the same', {}, 'unchanged'],
    ['the same with a problem', { problem: 'damaged' }, 'unchanged'],
  ])(
    'a dry run writes nothing, and says of an activity that is %s what would be',
    async (_, given, outcome) => {
      const stored = given === undefined ? new Map() : await storedRide(given);
      const { counts, written } = await resultOf(ride, storeOf(stored), { isDryRun: true });
      expect(written).toEqual([]);
      expect(counts).toMatchObject({ [outcome]: 1 });
    },
  );
});
