import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Long, MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createScenes } from '../support/scene.ts';
import type { ReplicaSet } from '../support/mongodb/replica-set.ts';
import { startReplicaSet } from '../support/mongodb/replica-set.ts';

const root = resolve(import.meta.dirname, '../..');

describe('the consumer of docs/querying.md, on a replica set', () => {
  let replicas: ReplicaSet;
  let client: MongoClient;
  let folder = '';
  beforeAll(async () => {
    replicas = await startReplicaSet(1);
    client = new MongoClient(replicas.uri);
    folder = await mkdtemp(join(tmpdir(), 'domestique-consumer-'));
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  });
  afterAll(async () => {
    await client.close();
    await replicas.remove();
    await rm(folder, { recursive: true });
  });

  it('the consumer of docs/querying.md, on a replica set prints each new activity once across a restart, and nothing of the backfill', async () => {
    const text = await readFile(join(root, 'docs/querying.md'), 'utf8');
    const [, code = ''] = /```js\n(\/\/ consumer\n[^]*?)```/.exec(text) ?? [];
    expect(code.trim().split('\n')).toHaveLength(11);
    const scenes = createScenes({ client, name: 'consumed', uri: replicas.uri });
    try {
      const scene = await scenes.open({ activities: 8, env: { SYNC_STREAMS: 'false' } });
      const { world } = scene.simulator;
      for (const { id } of world.activities(1001))
        world.editActivity(id, { start_date: new Date(2020, 0, 1, 0, id % 60).toISOString() });
      const consume = () =>
        scene.launch(
          ['--input-type=module', '--eval', code],
          { MONGODB_URI: replicas.uri },
          { program: process.execPath, folder },
        );
      const insert = (name: string, id: { _id?: Long } = {}) =>
        scene.db
          .collection<{ _id?: Long; name: string; start_date: Date }>('activities')
          .insertOne({ name, start_date: new Date(), ...id }, { bypassDocumentValidation: true });
      const sync = async (name: string): Promise<void> => {
        world.addActivity(1001, { name }, { startAt: new Date(), samples: 5 });
        expect((await scene.call('sync')).exitCode).toBe(0);
      };
      const first = consume();
      const probing = new AbortController();
      const probed = first.shown('Probe').finally(() => {
        probing.abort();
      });
      while (!probing.signal.aborted) {
        await insert('Probe');
        await Promise.race([probed, sleep(200)]);
      }
      await sync('Morning');
      await first.shown('Morning');
      // The token is written after the line, and before the next one. That of an int64 is no plain JSON.
      await insert('After', { _id: Long.fromNumber(1) });
      await first.shown('After');
      await insert('Last', { _id: Long.fromNumber(2) });
      await first.shown('Last');
      first.kill('SIGKILL');
      const lines = (await first.ended).stdout.split('\n').filter((line) => line !== '');
      const others = lines.filter((line) => !/Probe|After|Last/.test(line));
      expect(others).toEqual([expect.stringContaining('Morning')]);

      await sync('Lunch');
      const second = consume();
      await second.shown('Lunch');
      second.kill('SIGKILL');
      const { stdout } = await second.ended;
      expect(stdout).not.toMatch(/Probe|Morning|After/);
    } finally {
      await scenes.close();
    }
  });
});
