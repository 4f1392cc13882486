import type { Document } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { verify } from '../../src/features/verify/command.ts';
import { importAll } from '../support/imported.ts';
import type { Rounds } from '../support/rounds.ts';
import { dayMs, useRounds } from '../support/rounds.ts';

const open = useRounds();
const ada = {
  id: 1001,
  firstname: 'Ada',
  lastname: 'Example',
  activities: 30,
  samplesPerActivity: 3,
  years: 6,
};

function activities({ db }: Rounds, filter: Document): Promise<number> {
  return db.collection('activities').countDocuments(filter);
}

async function verified(
  scene: Rounds,
  { fix = false, config = {} }: { fix?: boolean; config?: Record<string, string> } = {},
): Promise<{ readonly exitCode: number; readonly text: string }> {
  const program = scene.program(config);
  const exitCode = await verify(program, { fix, acceptDeletions: false, wait: true, json: false });
  return { exitCode, text: program.printed() };
}

/** One activity on the newest page, with a recording. */
function oneId({ simulator }: Rounds): number {
  const found = simulator.world.activities(1001).find(({ hasStreams }) => hasStreams);
  if (found === undefined) throw new Error('None has a recording.');
  return found.id;
}

describe('a new athlete whose activities are imported', () => {
  it('a new athlete whose activities are imported needs the pages of the list and no recording', async () => {
    const scene = await open({ athletes: [{ ...ada, activities: 210 }] });
    await importAll(scene);
    const round = await scene.round();
    expect(round.exitCode).toBe(0);
    expect(round.requestsTo('streams')).toBe(0);
    expect(round.requestsTo('activity')).toBe(0);
    expect(round.requestsTo('list')).toBeLessThanOrEqual(Math.ceil(210 / 200) + 2);
    expect(await scene.differences()).toEqual([]);
    expect(await activities(scene, { 'sync.source': 'export' })).toBe(0);
    expect(await activities(scene, { export: { $exists: true } })).toBe(210);
    expect(await scene.db.collection('changes').countDocuments()).toBe(0);
    expect((await verified(scene)).exitCode).toBe(0);
  });

  it('a new athlete whose activities are imported needs a request for each recording that the export lacks, or that was cropped since', async () => {
    const scene = await open({ athletes: [{ ...ada, samplesPerActivity: 50 }] });
    const ids = scene.simulator.world.activities(1001).filter(({ hasStreams }) => hasStreams);
    const [cropped, ...lost] = ids.slice(0, 3).map(({ id }) => id);
    await importAll(scene, { lostIds: lost });
    scene.simulator.world.cropActivity(cropped ?? 0, { from: 0.2, to: 0.8 });
    const round = await scene.round();
    expect(round.exitCode).toBe(0);
    expect(round.requestsTo('streams')).toBe(3);
    expect(await scene.differences()).toEqual([]);
  });
});

describe('an imported activity that is not on Strava', () => {
  it('an imported activity that is not on Strava is named by verify, and goes with its recording after a 404 of its own', async () => {
    const scene = await open({ athletes: [ada] });
    await importAll(scene);
    const id = oneId(scene);
    scene.simulator.world.deleteActivity(id);
    const { exitCode, text } = await verified(scene);
    expect(exitCode).toBe(4);
    expect(text).toContain(`from an export, not on Strava: 1 (${id})`);
    expect(await activities(scene, {})).toBe(30);

    expect((await verified(scene, { fix: true })).exitCode).toBe(0);
    expect(scene.simulator.requests.count('activity')).toBe(1);
    expect(await scene.differences()).toEqual([]);
    const parts = await scene.db.collection('streams').countDocuments({ activity_id: id });
    expect(parts).toBe(0);
  });
});

describe('a retention over imported activities', () => {
  it("a retention over imported activities ends the API's summaries, and costs no request for a recording", async () => {
    const config = { RETENTION_DAYS: '20' };
    const scene = await open({ athletes: [{ ...ada, activities: 130, years: 1 }], config });
    await importAll(scene, { prefer: 'export' });
    expect((await scene.round()).exitCode).toBe(0);
    const listed = await activities(scene, { 'sync.source': 'list' });
    expect(listed).toBeGreaterThan(0);
    await scene.pass(21 * dayMs);
    const round = await scene.round();
    expect(round.requestsTo('streams')).toBe(0);
    expect(await activities(scene, {})).toBe(130);
    expect(await scene.db.collection('tombstones').countDocuments()).toBe(0);
    expect((await verified(scene, { config })).exitCode).toBe(0);
  });
});
