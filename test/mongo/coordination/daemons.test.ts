import { hostname } from 'node:os';
import { afterEach, expect, it } from 'vitest';
import {
  announceDaemon,
  runningDaemons,
  withdrawDaemon,
} from '../../../src/mongo/coordination/daemons.ts';
import { everyApplication } from '../../../src/mongo/schema/definitions/application.ts';
import { identifyOwner } from '../../../src/owner.ts';
import { useAdapter } from '../adapter.ts';

const adapter = useAdapter();
const host = hostname();
const minuteMs = 60_000;
const ours = { id: 'a', clientId: '7', host: 'nas', pid: 12, process: 'elsewhere' };

afterEach(() => adapter.empty());

function running(application: Parameters<typeof runningDaemons>[1] = '7') {
  return runningDaemons(adapter.store, application, host);
}

it('a daemon is running from its announcement until it withdraws', async () => {
  await announceDaemon(adapter.store, ours, minuteMs);
  const [first] = await running();
  expect(first).toMatchObject({ host: 'nas', pid: 12 });
  await announceDaemon(adapter.store, ours, minuteMs);
  expect(await running()).toEqual([first]);
  await withdrawDaemon(adapter.store, 'a');
  expect(await running()).toEqual([]);
});

it('a daemon of another machine that announces itself no more is not running', async () => {
  await announceDaemon(adapter.store, ours, -1);
  expect(await running()).toEqual([]);
});

it('a daemon of this machine whose process has ended is not running', async () => {
  const self = await identifyOwner(host);
  const ended = [...self.split('|').slice(0, -1), '999999999:1'].join('|');
  await announceDaemon(adapter.store, { ...ours, process: ended }, minuteMs);
  expect(await running()).toEqual([]);
  await announceDaemon(adapter.store, { ...ours, process: self }, minuteMs);
  expect(await running()).toHaveLength(1);
});

it('a daemon of another application counts only where every application is meant', async () => {
  await announceDaemon(adapter.store, ours, minuteMs);
  expect(await running('8')).toEqual([]);
  expect(await running(everyApplication)).toHaveLength(1);
});

it('a process that only holds leases is no daemon', async () => {
  const { workers } = adapter.store;
  const fields = { host: 'nas', pid: 1, process: 'x', started_at: new Date() };
  const expires_at = new Date(Date.now() + minuteMs);
  await workers.insertOne({ _id: 'w', ...fields, expires_at, shares: '7', athletes: 1 });
  expect(await running(everyApplication)).toEqual([]);
});
