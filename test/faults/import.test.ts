import { afterAll, describe, expect, inject, it } from 'vitest';
import { reportFaults } from '../fault-report.ts';
import { archiveOf } from '../support/bulk-export/archive-of.ts';
import { contentOf } from '../support/bulk-export/content.ts';
import { scaled } from '../support/faults/fault-scale.ts';
import { killImportAnywhere } from '../support/faults/killed-imports.ts';
import { unhurried, withMongoProxy } from '../support/faults/killed-runs.ts';
import type { MongoProxy } from '../support/mongodb/mongo-proxy.ts';
import { createRandom, faultSeed } from '../support/faults/random.ts';
import { lossesOf } from '../support/faults/losses.ts';
import { athleteId, athleteNamed, useScene } from '../support/scene.ts';
import { eventually } from '../support/waiting.ts';

const openScene = useScene();
const proxies: MongoProxy[] = [];
afterAll(() => Promise.all(proxies.map((proxy) => proxy.close())));

describe(`kill -9 of an import (seed ${faultSeed})`, { timeout: 120_000 }, () => {
  it(
    'loses and doubles nothing beside a daemon, and the last run completes it as an undisturbed one does',
    { timeout: scaled(120_000, 900_000) },
    async () => {
      const random = createRandom(faultSeed);
      const kills = scaled(4, 30);
      const endsAt = new Date('2026-06-01T12:00:00Z');
      const ada = { ...athleteNamed('Ada', athleteId, scaled(40, 400)), endsAt };
      const scene = { athletes: [ada], seed: faultSeed };
      const stage = await withMongoProxy(await openScene({ ...scene, env: unhurried }));
      proxies.push(stage.proxy);
      const archive = await archiveOf(stage);
      const last = ['import', '--file', archive.path, '--prefer', 'export'];

      const daemonEnv = { SYNC_SCHEDULE: '* * * * * *' };
      // First one that fetches the list alone, then one that fetches what the import has not yet.
      const listing = stage.launch(['start'], { ...daemonEnv, SYNC_STREAMS: 'false' });
      for (let killed = 0; killed < kills; killed += 2)
        await killImportAnywhere(stage, archive.path, random);
      listing.kill('SIGTERM');
      await listing.ended;
      expect(stage.requestedStreams()).toEqual([]);
      const daemon = stage.launch(['start'], daemonEnv);
      for (let killed = 1; killed < kills; killed += 2)
        await killImportAnywhere(stage, archive.path, random);
      const finished = await stage.run(...last);
      expect(finished.exitCode, finished.stderr).toBe(0);
      // After an import, details are fetched too.
      const isIncomplete = {
        $or: [{ 'sync.source': 'export' }, { 'sync.details.state': { $nin: ['stored', 'none'] } }],
      };
      await eventually(
        async () => (await stage.db.collection('activities').countDocuments(isIncomplete)) === 0,
      );
      daemon.kill('SIGTERM');
      expect((await daemon.ended).exitCode).toBe(0);

      const calm = await openScene(scene);
      expect((await calm.call(...last)).exitCode).toBe(0);
      expect((await calm.call('sync')).exitCode).toBe(0);
      // Which request of the API came last: a page of the list, or one for the details.
      // The one may write a missing polyline as null, the other as an empty text.
      const leftOut = ['sync.details.fetched_at', 'sync.source', 'sync.fingerprint'];
      expect(await contentOf(stage.db, leftOut)).toEqual(await contentOf(calm.db, leftOut));
      const { requests } = stage.simulator;
      const { doubled } = await lossesOf(stage.db, stage.simulator, athleteId);
      reportFaults(inject('faultReport'), {
        scenario: `kill -9 in an import of ${ada.activities} beside a daemon`,
        seed: faultSeed,
        kills,
        requests: stage.countedRequests(),
        overLimit: requests.overLimit().length,
        fetchedTwice: requests.fetchedTwice().length,
        doubled,
      });
      expect({ doubled, fetchedTwice: requests.fetchedTwice() }).toEqual({
        doubled: 0,
        fetchedTwice: [],
      });
      expect((await stage.call('verify')).exitCode).toBe(0);
    },
  );
});
