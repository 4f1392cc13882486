import { Long, type Document } from 'mongodb';
import { beforeEach, describe, expect, it } from 'vitest';

import type { JsonObject } from '../../../src/domain/json.ts';
import { useAdapter } from '../adapter.ts';
import { pageOf, recordFromText, recordOf } from '../pages.ts';

const good = 19_000_000_001;
const odd = 19_000_000_002;
const neighbour = 19_000_000_003;

const adapter = useAdapter();

beforeEach(() => adapter.empty());

function nested(depth: number): string {
  return `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
}

/** Stores the odd record between two good ones, and returns the outcome. */
async function storeBetween(record: JsonObject): Promise<Document | { readonly parked: string }> {
  const page = pageOf([recordOf(good), record, recordOf(neighbour)]);
  const result = await adapter.activities.storePage(page);
  const unknown = await adapter.activities.unknownIds([good, neighbour]);
  expect([...unknown]).toEqual([]);
  const document = await adapter.database.db
    .collection('activities')
    .findOne({ _id: Long.fromNumber(odd) });
  const parked = await adapter.store.parked.find().toArray();
  expect(parked).toHaveLength(result.parked);
  expect(result.added).toBe(document === null ? 2 : 3);
  if (document !== null) {
    expect(parked).toEqual([]);
    return document;
  }
  expect(parked).toHaveLength(1);
  return { parked: parked[0]?.reason ?? '' };
}

describe('storing an odd record between two good ones', () => {
  it.each([
    ['a key with a dot', '"a.b":1', { 'a.b': 1 }],
    ['a nested key with a dot', '"o":{"a.b":{"c.d":2}}', { o: { 'a.b': { 'c.d': 2 } } }],
    ['a nested key with a dollar', '"o":{"$set":{"$x":1}}', { o: { $set: { $x: 1 } } }],
    ['an empty key', '"":1,"o":{"":2}', { '': 1, o: { '': 2 } }],
    [
      'texts that look like field paths',
      '"o":"$name","p":["$$ROOT"]',
      { o: '$name', p: ['$$ROOT'] },
    ],
    ['a NUL inside a text', '"o":"a\\u0000b"', { o: 'a\0b' }],
    ['an integer beyond 32 bits', '"o":4294967296', { o: 4_294_967_296 }],
    ['a number beyond doubles', '"o":1e400', { o: Number.POSITIVE_INFINITY }],
    ['an integer beyond 64 bits', '"o":9223372036854775808', { o: 2 ** 63 }],
    ['a list in a list', '"o":[[[]],[{}],[null]]', { o: [[[]], [{}], [null]] }],
    ['nesting 90 deep', `"o":${nested(90)}`, { o: JSON.parse(nested(90)) as unknown }],
  ])('stores a record with %s exactly', async (_, text, expected) => {
    const document = await storeBetween(recordFromText(odd, text));
    expect(document).toMatchObject(expected);
  });

  it('stores a record with the largest int64 exactly', async () => {
    await storeBetween(recordFromText(odd, '"o":9223372036854775807'));
    const found = await adapter.database.db
      .collection('activities')
      .countDocuments({ o: Long.MAX_VALUE });
    expect(found).toBe(1);
  });

  it('stores a key __proto__ exactly, and changes no prototype', async () => {
    const document = await storeBetween(recordFromText(odd, '"__proto__":{"polluted":1}'));
    expect(Object.getOwnPropertyDescriptor(document, '__proto__')?.value).toEqual({ polluted: 1 });
    expect(({} as Document)['polluted']).toBeUndefined();
  });

  it.each([
    ['a key that begins with a dollar', '"$set":{"name":"x"}'],
    ['a NUL inside a key', '"a\\u0000b":1'],
    ['a NUL inside a nested key', '"o":{"a\\u0000b":1}'],
    ['nesting 98 deep', `"o":${nested(98)}`],
    ['nesting 178 deep', `"o":${nested(178)}`],
    ['nesting 200 deep', `"o":${nested(200)}`],
    ['nesting 5,000 deep', `"o":${nested(5_000)}`],
    ['a text of 17 MB', `"o":"${'x'.repeat(17_000_000)}"`],
    ['a text of 15.9 MB', `"o":"${'x'.repeat(15_900_000)}"`],
    ['a text of nearly 16 MiB', `"o":"${'x'.repeat(16_776_000)}"`],
    ['a text of 40 MB', `"o":"${'x'.repeat(40_000_000)}"`],
  ])('stores a record with %s, or parks it with a reason', async (_, text) => {
    const fate = await storeBetween(recordFromText(odd, text));
    if ('parked' in fate) expect(fate.parked).toMatch(/\w{3}/);
    else expect(fate).toMatchObject({ name: 'Morning Ride' });
  });

  it('parks the same record once, and stores a good version of it', async () => {
    const record = recordFromText(odd, '"a\\u0000b":1');
    await storeBetween(record);
    const again = await adapter.activities.storePage(pageOf([record]));
    expect(again).toMatchObject({ added: 0, parked: 0 });
    expect(await adapter.store.parked.countDocuments()).toBe(1);
    const repaired = await adapter.activities.storePage(pageOf([recordOf(odd)]));
    expect(repaired).toMatchObject({ added: 1, parked: 0 });
    expect(await adapter.store.parked.countDocuments()).toBe(0);
  });

  it('keeps the stored version where the new one cannot be stored', async () => {
    await adapter.activities.storePage(pageOf([recordOf(odd)]));
    const result = await adapter.activities.storePage(
      pageOf([recordFromText(odd, '"a\\u0000b":1')]),
    );
    expect(result).toMatchObject({ added: 0, changed: 0, unchanged: 0, parked: 1 });
    const stored = await adapter.store.activities.findOne();
    expect(stored).toMatchObject({ name: 'Morning Ride' });
  });

  it('removes the parked version when the stored version comes back', async () => {
    await adapter.activities.storePage(pageOf([recordOf(odd)]));
    await adapter.activities.storePage(pageOf([recordFromText(odd, '"a\\u0000b":1')]));
    expect(await adapter.store.parked.countDocuments()).toBe(1);
    await adapter.activities.storePage(pageOf([recordOf(odd)]));
    expect(await adapter.store.parked.countDocuments()).toBe(0);
  });

  it('parks a record that is not an activity, even deeply nested', async () => {
    const record = recordFromText(odd, `"o":${nested(5_000)}`);
    const reason = 'its id is not a positive integer';
    const deep = { ...record, id: 'x' };
    const page = pageOf([recordOf(good)], { unusable: [{ record: deep, reason }] });
    expect(await adapter.activities.storePage(page)).toMatchObject({ added: 1, parked: 1 });
  });

  it('keeps the bookkeeping where a record has keys of the same names', async () => {
    const document = await storeBetween(
      recordFromText(odd, '"sync":{"epoch":99},"_id":7,"track":"x","summary_keys":["name"]'),
    );
    expect(document).toMatchObject({ _id: odd, sync: { epoch: 1, streams: { state: 'pending' } } });
  });
});

describe('storing a page of large records', () => {
  it('stores a page that is too large for one write command', async () => {
    const text = `"o":"${'x'.repeat(3_000_000)}"`;
    const records = Array.from({ length: 20 }, (_, index) => recordFromText(good + index, text));
    const result = await adapter.activities.storePage(pageOf(records));
    expect(result).toMatchObject({ added: 20, parked: 0 });
  });
});
