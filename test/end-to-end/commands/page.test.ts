import { hostname } from 'node:os';

import type { Db, Document } from 'mongodb';
import { describe, expect, it } from 'vitest';

import { findFreePort } from '../../../src/embedded-mongodb/loopback-port.ts';
import { secretsIn } from '../../support/canaries.ts';
import { printedJson, useScene } from '../../support/scene.ts';

const openScene = useScene();

/** Every document of the database. */
async function documentsOf(db: Db): Promise<unknown> {
  const collections = await db.listCollections({ type: 'collection' }).toArray();
  const names = collections.map(({ name }) => name).sort();
  return Promise.all(names.map(async (name) => [name, await db.collection(name).find().toArray()]));
}

it('the page is on no path of HTTP_PORT', async () => {
  const [http, page] = [String(await findFreePort()), String(await findFreePort())];
  const env = { HTTP_PORT: http, PAGE_PORT: page, SYNC_SCHEDULE: '0 0 1 1 *' };
  const scene = await openScene({ activities: 1, env });
  const daemon = scene.launch(['start']);
  await daemon.shown('The page is at');
  const document = await (await fetch(`http://127.0.0.1:${page}`)).text();
  const [asset = ''] = /\/assets\/[^"]+/.exec(document) ?? [];
  expect((await fetch(`http://127.0.0.1:${page}${asset}`)).status).toBe(200);
  const paths = ['/', '/calendar', '/map', '/activities', '/activities/1', '/login', asset];
  for (const path of [...paths, '/api/v1/now', '/api/v1/activities', '/api/v1/events']) {
    for (const method of ['GET', 'HEAD', 'POST']) {
      const response = await fetch(`http://127.0.0.1:${http}${path}`, { method });
      expect(response.status, `${method} ${path}`).toBe(404);
    }
  }
  daemon.kill('SIGTERM');
  expect(await daemon.ended).toMatchObject({ exitCode: 0 });
});

it('no response of the page has a secret in it', async () => {
  const scene = await openScene({ activities: 2 });
  expect(await scene.call('sync')).toMatchObject({ exitCode: 0 });
  const callbackUrl = 'https://hook.example.org/a-secret-path-of-the-webhook';
  const webhook = { callback_url: callbackUrl, verify_token: 'a-secret-verify-token' };
  await scene.db
    .collection<Document & { readonly _id: string }>('subscriptions')
    .insertOne({ _id: scene.simulator.clientId, ...webhook, created_at: new Date() });
  const [login] = await scene.db.collection('tokens').find().toArray();
  const secrets = new Map([
    [String(login?.['access_token']), 'the access token'],
    [String(login?.['refresh_token']), 'the refresh token'],
    [scene.simulator.clientSecret, 'the client secret'],
    [scene.mongodb.uri, 'the connection string'],
    ['a-secret-path-of-the-webhook', "the webhook's path"],
    ['a-secret-verify-token', 'the verify token'],
  ]);
  expect([...secrets.keys()].filter((secret) => secret.length < 10)).toEqual([]);
  const port = String(await findFreePort());
  const page = scene.launch(['page', '--no-browser'], { PAGE_PORT: port });
  await page.shown(port);
  const stored = await scene.db.collection('activities').findOne();
  const activity = `activities/${String(stored?._id)}`;
  const api = ['now', 'activities', 'tracks', 'cells', 'totals?by=week', 'streaks', activity];
  const files = [`${activity}/streams`, `${activity}.gpx`, `${activity}.geojson`, 'nothing'];
  const views = ['/', '/calendar', '/map', '/activities', `/${activity}`, '/nothing', '/login'];
  for (const path of [...views, ...[...api, ...files].map((name) => `/api/v1/${name}`)]) {
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    const head = JSON.stringify([...response.headers]);
    expect(secretsIn(head + (await response.text()), secrets), path).toEqual([]);
  }
});

describe('page', () => {
  it('prints where the daemon serves it, as status does', async () => {
    const port = String(await findFreePort());
    const env = { PAGE_PORT: port, SYNC_SCHEDULE: '0 0 1 1 *' };
    const scene = await openScene({ activities: 3, env });
    const url = `http://127.0.0.1:${port}`;
    const daemon = scene.launch(['start']);
    await daemon.shown(`The page is at ${url}`);
    await daemon.shown('Run done');
    expect(await scene.call('page')).toMatchObject({ exitCode: 0, stdout: `${url}\n` });
    expect((await scene.call('status')).stdout).toMatch(
      new RegExp(`^Page +${url} on ${hostname()}$`, 'm'),
    );
    const status = printedJson(await scene.call('status', '--json'));
    expect(status['daemons']).toMatchObject([{ page: url }]);
    const now: unknown = await (await fetch(`${url}/api/v1/now`)).json();
    expect(now).toMatchObject({ isStale: false, athletes: [{ id: '1001', activities: 3 }] });

    // A page that listens to events does not hold up the end of the daemon.
    const events = await fetch(`${url}/api/v1/events`);
    expect(events.headers.get('content-type')).toContain('text/event-stream');
    const listening = events.text().catch(() => 'cut off');
    daemon.kill('SIGTERM');
    expect(await daemon.ended).toMatchObject({ exitCode: 0 });
    await listening;
    await expect(fetch(url)).rejects.toThrow();
    expect((await scene.call('status')).stdout).toMatch(
      /^Page +none: no daemon serves it\. Run: npm run page$/m,
    );
  });

  it('serves it alone where no daemon does, without a write and without a request to Strava', async () => {
    const port = String(await findFreePort());
    const scene = await openScene({ activities: 3, env: { PAGE_PORT: port } });
    expect(await scene.call('sync')).toMatchObject({ exitCode: 0 });
    const [requests, before] = [scene.countedRequests(), await documentsOf(scene.db)];
    const url = `http://127.0.0.1:${port}`;
    const alone = scene.launch(['page', '--no-browser']);
    await alone.shown(url);
    for (const path of ['/', '/activities', '/api/v1/now']) {
      expect((await fetch(url + path)).status, path).toBe(200);
    }
    expect(await documentsOf(scene.db)).toEqual(before);
    expect(scene.countedRequests()).toBe(requests);

    const second = await scene.call('page', '--no-browser');
    expect(second.exitCode).toBe(1);
    expect(second.stderr).toMatch(
      new RegExp(`port ${port} on 127.0.0.1 is in use; choose another PAGE_PORT, or 0 for any`),
    );
    alone.kill('SIGINT');
    expect(await alone.ended).toMatchObject({ exitCode: 0, stdout: `${url}\n` });
    await expect(fetch(url)).rejects.toThrow();
  });
});
