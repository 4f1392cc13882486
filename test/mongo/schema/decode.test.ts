import { Long, type Document } from 'mongodb';
import { describe, expect, it } from 'vitest';

import { usable } from '../../../src/mongo/schema/checked-collection.ts';
import { decode } from '../../../src/mongo/schema/decode.ts';
import { definitions } from '../../../src/mongo/schema/definitions.ts';
import { tokens } from '../../../src/mongo/schema/definitions/logins.ts';
import { useDatabase } from '../../support/mongodb/database.ts';
import { exampleOf, wrongExamplesOf } from './schema-examples.ts';

const { db } = useDatabase();
const login = {
  _id: Long.fromNumber(1),
  access_token: 'a',
  refresh_token: 'b',
  expires_at: new Date(0),
};

describe('decode', () => {
  it.each(definitions)('decode accepts a whole document of $name', (definition) => {
    const example = exampleOf(definition);
    expect(decode(definition, example)).toEqual({ document: example, odd: [] });
  });

  it.each(definitions)('decode notices each field of another type in $name', (definition) => {
    for (const wrong of wrongExamplesOf(definition)) {
      const decoded = decode(definition, wrong);
      const isNoticed = 'fault' in decoded || decoded.odd.length === 1;
      expect(isNoticed, JSON.stringify(wrong)).toBe(true);
    }
  });

  it.each(definitions)(
    'decode leaves out of $name what the server finds of no use',
    async (definition) => {
      const collection = db.collection(definition.name);
      const examples = [exampleOf(definition), ...wrongExamplesOf(definition), { hello: 'world' }];
      const documents: Document[] = examples.map((one, index) => ({ ...one, _id: index as never }));
      await collection.insertMany(documents);
      const required = { ...definition, fields: { ...definition.fields } as Document };
      delete required.fields['_id'];
      const found = await collection.find(usable(required as never)).toArray();
      const decoded = documents.filter((one) => !('fault' in decode(required as never, one)));
      expect(found.map(({ _id }) => Number(_id))).toEqual(decoded.map(({ _id }) => _id as number));
      expect(found.length).toBeGreaterThan(0);
    },
  );

  it('decode counts an optional field that is null or odd as absent', () => {
    const odd = { ...login, scope: 'read', client_id: null, obtained_at: new Date(Number.NaN) };
    expect(decode(tokens, odd)).toEqual({ document: login, odd: ['obtained_at', 'scope'] });
  });

  it('decode names a required field that is missing or odd', () => {
    const { refresh_token, ...rest } = login;
    expect(refresh_token).toBe('b');
    expect(decode(tokens, rest)).toEqual({ fault: 'refresh_token is missing' });
    expect(decode(tokens, { ...login, expires_at: 1 })).toEqual({
      fault: 'expires_at is not a date',
    });
    expect(decode(tokens, { ...login, _id: '1' })).toEqual({ fault: '_id is not an integer' });
  });

  it.each([
    { projection: { _id: 1 }, document: { _id: 1 }, isMissed: false },
    { projection: { expires_at: 1 }, document: { _id: 1 }, isMissed: true },
    { projection: { _id: 0, scope: 1 }, document: {}, isMissed: false },
    { projection: { expires_at: 0 }, document: { _id: 1, access_token: 'a' }, isMissed: true },
    {
      projection: { expires_at: 0 },
      document: { _id: 1, access_token: 'a', refresh_token: 'b' },
      isMissed: false,
    },
    { projection: {}, document: { _id: 1 }, isMissed: true },
    { projection: { _id: 0 }, document: { access_token: 'a' }, isMissed: true },
  ])('decode misses only what the projection $projection lets through', (one) => {
    expect('fault' in decode(tokens, one.document, one.projection)).toBe(one.isMissed);
  });
});
