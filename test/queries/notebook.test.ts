import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { Long } from 'mongodb';
import { describe, expect, inject, it } from 'vitest';

import { localTimeOf } from '../../src/domain/derived/local-time.ts';
import { recipes } from '../../src/queries/recipes.ts';
import { useAdapter } from '../mongo/adapter.ts';

const root = resolve(import.meta.dirname, '../..');
const text = readFileSync(join(root, 'docs/querying.md'), 'utf8');
const adapter = useAdapter();

async function fillOne(): Promise<void> {
  const { db } = adapter.database;
  const [_id, athlete_id] = [Long.fromNumber(19), Long.fromNumber(1001)];
  const sync = { athlete_id, streams: { state: 'stored' } };
  const derived = { local: localTimeOf('2026-11-22T10:00:00Z') };
  const record = { name: 'Morning Ride', start_date: new Date(), derived, distance: 4200 };
  const unchecked = { bypassDocumentValidation: true };
  await db.collection('activities').insertOne({ _id: _id as never, ...record, sync }, unchecked);
  const parts = [1, 0].map((part) => ({ activity_id: _id, part, parts: 2, heartrate: [100, 101] }));
  await db.collection('streams').insertMany(parts, unchecked);
}

describe('docs/querying.md', () => {
  it('docs/querying.md contains a notebook in JavaScript that runs', async () => {
    const [, code = ''] = /```js\n(\/\/ notebook\n[^]*?)```/.exec(text) ?? [];
    await fillOne();
    const { name } = adapter.database;
    const env = { ...process.env, MONGODB_URI: inject('mongoUri'), MONGODB_DATABASE: name };
    // From the project's folder, where the package is found.
    const args = ['--input-type=module', '--eval', code];
    const { stdout } = await promisify(execFile)(process.execPath, args, { env, cwd: root });
    expect(stdout).toMatch(/2026-W47.*1.*4\.2/);
    expect(stdout).toContain('Morning Ride 4 samples of the heart rate');
  });

  it('docs/querying.md lists a measured time for each question', () => {
    const [, table = ''] = /<!-- times -->([^]*?)<!-- end of times -->/.exec(text) ?? [];
    const measured = [...table.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, name]) => name);
    expect(measured).toEqual(recipes.map(({ name }) => name));
  });
});
