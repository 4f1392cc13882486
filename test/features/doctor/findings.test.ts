import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { describe, expect, it } from 'vitest';

import { assessDisk } from '../../../src/features/doctor/disk.ts';
import { assessMongo } from '../../../src/features/doctor/mongodb.ts';
import { assessNode, minNodeMajor } from '../../../src/features/doctor/node.ts';
import { assessClock } from '../../../src/features/doctor/strava.ts';

describe('the version of Node.js', () => {
  it.each([
    ['24.0.0', 'ok'],
    ['26.1.0', 'ok'],
    ['22.21.1', 'failed'],
    ['9.0.0', 'failed'],
  ])('%s is %s', (version, mark) => {
    expect(assessNode(version).mark).toBe(mark);
  });

  it('the version of Node.js is compared with the one of package.json', () => {
    const text = readFileSync(resolve(import.meta.dirname, '../../../package.json'), 'utf8');
    expect(text).toContain(`"node": ">=${minNodeMajor}"`);
  });
});

describe('the clock of this machine', () => {
  const date = 'Thu, 26 Nov 2026 12:00:00 GMT';
  const dateMs = Date.parse(date);

  it.each([
    [0, 'ok', 'agrees'],
    [5_900, 'ok', 'agrees'],
    [-4_000, 'ok', 'agrees'],
    [7_000, 'warning', '6 s ahead of'],
    [-90_000, 'warning', '90 s behind'],
  ])(
    'the clock of this machine that is %i ms ahead of the Date header is %s',
    (aheadMs, mark, text) => {
      const atMs = dateMs + aheadMs;
      const finding = assessClock(date, { sentAtMs: atMs, receivedAtMs: atMs });
      expect(finding.mark).toBe(mark);
      expect(finding.found).toContain(text);
    },
  );

  it('the clock of this machine is not blamed for a slow response', () => {
    const exchange = { sentAtMs: dateMs - 4_000, receivedAtMs: dateMs + 30_000 };
    expect(assessClock(date, exchange).mark).toBe('ok');
  });

  it.each([undefined, 'yesterday'])(
    'the clock of this machine is not judged by the date %j',
    (named) => {
      expect(assessClock(named, { sentAtMs: 0, receivedAtMs: 0 }).mark).toBe('skipped');
    },
  );
});

describe('the free room of a disk', () => {
  it.each([
    [40e9, 'ok', '40.0 GB'],
    [1.5e9, 'warning', '1.5 GB'],
    [0.1e9, 'failed', '0.1 GB'],
  ])('the free room of a disk of %d bytes is %s', (bytes, mark, text) => {
    expect(assessDisk('The disk', bytes)).toMatchObject({
      mark,
      found: `The disk has ${text} free.`,
    });
  });
});

describe('MongoDB', () => {
  const open = { authenticatedUsers: [], authenticatedUserPrivileges: [] };
  const facts = { address: 'mongodb://h/d', version: '6.0.5', hello: {}, authInfo: open };
  const userWith = (...authenticatedUserPrivileges: readonly object[]) => ({
    ...facts,
    authInfo: { authenticatedUsers: [{ user: 'u', db: 'admin' }], authenticatedUserPrivileges },
  });
  const readWrite = ['find', 'insert', 'update', 'remove', 'createCollection', 'createIndex'];

  it.each([
    [{}, 'a standalone server'],
    [{ setName: 'rs0' }, 'a replica set'],
    [{ msg: 'isdbgrid' }, 'a sharded cluster'],
  ])('MongoDB with %j is %s', (hello, text) => {
    expect(assessMongo({ ...facts, hello }, 'd')[0]).toMatchObject({
      mark: 'ok',
      found: `MongoDB 6.0.5, ${text}, answers at mongodb://h/d.`,
    });
  });

  it('MongoDB before 6.0 is too old', () => {
    expect(assessMongo({ ...facts, version: '5.0.31' }, 'd')[0]?.mark).toBe('failed');
  });

  it.each([
    ['on the database', { resource: { db: 'd', collection: '' }, actions: readWrite }],
    ['on every database', { resource: { db: '', collection: '' }, actions: readWrite }],
    ['on everything', { resource: { anyResource: true }, actions: readWrite }],
  ])('MongoDB with rights %s is ok', (_, privilege) => {
    expect(assessMongo(userWith(privilege), 'd')[1]?.mark).toBe('ok');
  });

  it('MongoDB names the rights that its user lacks', () => {
    const other = { resource: { db: 'other', collection: '' }, actions: readWrite };
    const read = { resource: { db: 'd', collection: '' }, actions: ['find'] };
    expect(assessMongo(userWith(other, read), 'd')[1]).toMatchObject({
      mark: 'failed',
      found: 'The user may not write or make collections and indexes in the database d.',
      advice: 'Give it the role readWrite on that database.',
    });
  });
});
