import { Long } from 'mongodb';
import { beforeAll, describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/errors.ts';
import type { FilterOptions } from '../../../src/features/shared/activity-filter.ts';
import {
  filterOf,
  matchOf,
  namesMatchOf,
  withStoredNames,
} from '../../../src/features/shared/activity-filter.ts';
import { recordings } from '../../../src/mongo/streams/recordings.ts';
import { useAdapter } from '../../mongo/adapter.ts';
import { pageOf, recordOf } from '../../mongo/pages.ts';

const adapter = useAdapter();
const places: Readonly<Record<number, unknown>> = {
  1: { city: 'Innsbruck', region: 'Tyrol', country: 'Austria', country_code: 'AT' },
  2: { city: 'Pradl', region: 'Tyrol', country: 'Austria', country_code: 'AT' },
  3: { city: 'Vienna', region: 'Virginia', country: 'United States', country_code: 'US' },
  4: { city: 'Innere Stadt', region: 'Vienna', country: 'Austria', country_code: 'AT' },
  5: { city: 'Cádiz', region: 'Andalusia', country: 'Spain', country_code: 'ES' },
  6: { city: 7, region: ['Tyrol'], country_code: 'AT' },
  7: undefined,
};

beforeAll(async () => {
  const ids = Object.keys(places).map(Number);
  await adapter.activities.storePage(pageOf(ids.map((id) => recordOf(id))));
  for (const id of ids) {
    const place = places[id];
    await adapter.database.db
      .collection('activities')
      .updateOne(
        { _id: Long.fromNumber(id) },
        place === undefined
          ? { $unset: { 'derived.place': 1 } }
          : { $set: { 'derived.place': place } },
        { bypassDocumentValidation: true },
      );
  }
});

async function found(options: FilterOptions): Promise<readonly number[]> {
  const filter = await withStoredNames(adapter.store, filterOf(options, 0));
  const listed = await adapter.store.activities.find(matchOf(filter)).sort({ _id: 1 }).toArray();
  const ids = listed.map(({ _id }) => Number(_id));
  const exported: number[] = [];
  const query = { ...filter, where: namesMatchOf(filter) };
  for await (const { id } of recordings(adapter.store, query)) exported.push(id);
  expect(exported.toSorted()).toEqual(ids);
  return ids;
}

describe('the options that choose activities by the place of the start', () => {
  it.each<readonly [FilterOptions, readonly number[]]>([
    [{ country: 'at' }, [1, 2, 4, 6]],
    [{ country: 'austria' }, [1, 2, 4, 6]],
    [{ country: 'Fiji' }, []],
    [{ place: 'innsbruck' }, [1]],
    [{ place: 'TYROL' }, [1, 2, 6]],
    [{ place: 'Vienna' }, [3, 4]],
    [{ place: 'vienna', country: 'AT' }, [4]],
    [{ place: 'cadiz' }, [5]],
    [{ place: 'Cádiz', sport: 'ride', athlete: '1001' }, [5]],
  ])('an activity is chosen by %j', async (options, ids) => {
    expect(await found(options)).toEqual(ids);
  });

  it.each<readonly [FilterOptions, string]>([
    [{ place: 'Insbruck' }, '--place: no stored activity starts in "Insbruck". Did you mean Inn'],
    [{ place: 'cadis' }, '--place: no stored activity starts in "cadis". Did you mean Cádiz?'],
    [{ place: 'stadt' }, '--place: no stored activity starts in "stadt". Did you mean Innere St'],
    [{ place: 'Ulaanbaatar' }, '--place: no stored activity starts in "Ulaanbaatar".'],
    [{ place: '' }, '--place is empty. Name one, or leave the option out.'],
    [
      { country: 'Turkey' },
      '--country takes a country, as its code or English name; not "Turkey". Did you mean Türkiye?',
    ],
    [{ country: 'XX' }, '--country takes a country, as its code or English name; not "XX".'],
  ])('%j is wrong usage, with the name that is near', async (options, sentence) => {
    const rejected = await found(options).catch((error: unknown) => error);
    expect(rejected).toBeInstanceOf(UsageError);
    expect((rejected as UsageError).message.startsWith(sentence)).toBe(true);
  });
});
