import type { Document } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { verify } from '../../src/features/verify/command.ts';
import { importAll } from '../support/imported.ts';
import type { Rounds } from '../support/rounds.ts';
import { useRounds } from '../support/rounds.ts';

const open = useRounds();
const athletes = [
  {
    id: 1001,
    firstname: 'Ada',
    lastname: 'Example',
    activities: 450,
    samplesPerActivity: 3,
    years: 6,
  },
];

function activities({ db }: Rounds, filter: Document): Promise<number> {
  return db.collection('activities').countDocuments(filter);
}

async function verified(scene: Rounds): Promise<number> {
  return verify(scene.program(), { fix: false, acceptDeletions: false, wait: true, json: false });
}

describe('a new athlete whose activities are imported', () => {
  it('needs the pages of the list and no recording', async () => {
    const scene = await open({ athletes });
    await importAll(scene);
    const round = await scene.round();
    expect(round.exitCode).toBe(0);
    expect(round.requestsTo('streams')).toBe(0);
    expect(round.requestsTo('activity')).toBe(0);
    expect(round.requestsTo('list')).toBeLessThanOrEqual(Math.ceil(450 / 200) + 2);
    expect(await scene.differences()).toEqual([]);
    expect(await activities(scene, { 'sync.source': 'export' })).toBe(0);
    expect(await activities(scene, { export: { $exists: true } })).toBe(450);
    expect(await scene.db.collection('changes').countDocuments()).toBe(0);
    expect(await verified(scene)).toBe(0);
  });
});
