import { once } from 'node:events';
import { connect } from 'node:net';

import { expect, it } from 'vitest';

import { findFreePort } from '../../../src/embedded-mongodb/loopback-port.ts';
import type { Random } from '../../support/faults/random.ts';
import { createRandom, faultSeed } from '../../support/faults/random.ts';
import { useScene } from '../../support/scene.ts';

const openScene = useScene();
const requests = 10_000;
const connections = 20;

const bytes = (random: Random, length: number): string =>
  Array.from({ length }, () => String.fromCharCode(random.integer(0, 255))).join('');

const words = [
  ...['activities', 'tracks', 'cells', 'totals', 'streaks', 'now', 'streams', 'assets', 'login'],
  ...['api', 'v1', '1', '-1', '9'.repeat(30), 'NaN', '$where', '__proto__', '..', '%00', '%2e%2e'],
  ...['%ff', '<script>', "'", '{"$gt":""}', 'é', '.gpx', '1.geojson', '', ';', '*', '\\'],
];

const names = ['athlete', 'by', 'sport', 'points', 'athlete[$ne]', 'x', '__proto__', '%'];

function path(random: Random): string {
  const part = (): string => random.pick(words);
  const parts = Array.from({ length: random.integer(0, 4) }, part);
  const start = random.pick(['/', '/api/v1/', '/api/v1/activities/', '/assets/']);
  const query = Array.from(
    { length: random.integer(0, 3) },
    () => `${random.pick(names)}=${part()}`,
  );
  return start + parts.join('/') + (query.length === 0 ? '' : `?${query.join('&')}`);
}

/** A request that is nearly one, or none at all. */
function junk(random: Random): string {
  if (random.next() < 0.1) return `${bytes(random, random.integer(1, 300))}\r\n\r\n`;
  const method = random.pick([
    'GET',
    'GET',
    'GET',
    'GET',
    'HEAD',
    'POST',
    'OPTIONS',
    'get',
    'PUT',
    '?',
  ]);
  const host = random.pick([
    'localhost',
    'localhost',
    'localhost',
    '127.0.0.1',
    'x.example',
    '',
    '@',
  ]);
  const header = random.pick([
    ...['', '', '', 'Via: x\r\n', 'Range: bytes=0-1\r\n', 'If-None-Match: "x", W/\r\n'],
    ...['Cookie: domestique_page=x; ;=;\r\n', 'Accept-Encoding: gzip;q=x,,*\r\n'],
    ...['Content-Length: 5\r\n', 'Transfer-Encoding: chunked\r\n', 'Accept-Language: ~~,;q=\r\n'],
    ...[
      'Expect: x\r\n',
      'Upgrade: websocket\r\nConnection: Upgrade\r\n',
      `X: ${bytes(random, 20)}\r\n`,
    ],
  ]);
  const target = random.next() < 0.05 ? bytes(random, random.integer(1, 40)) : path(random);
  return `${method} ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n${header}\r\n`;
}

/** The status of the response; 0 where the connection was closed without one. */
async function statusOf(port: number, request: string): Promise<number> {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);
  const closed = once(socket, 'close');
  let status: number | undefined;
  socket.on('data', (chunk: Buffer) => {
    status ??= Number(/^HTTP\/1\.1 (\d{3}) /.exec(chunk.toString('latin1'))?.[1]);
  });
  socket.end(request, 'latin1');
  await closed;
  return status ?? 0;
}

it(`${requests} junk requests neither stop nor change the page`, async () => {
  const scene = await openScene({ activities: 5 });
  expect(await scene.call('sync')).toMatchObject({ exitCode: 0 });
  const port = await findFreePort();
  const process = scene.launch(['page', '--no-browser'], { PAGE_PORT: String(port) });
  await process.shown(`http://127.0.0.1:${port}`);
  const read = async (): Promise<unknown> =>
    (await fetch(`http://127.0.0.1:${port}/api/v1/activities`)).json();
  const before = await read();
  const random = createRandom(faultSeed);
  const statuses = new Map<number, number>();
  const failed: string[] = [];
  let sent = 0;
  const send = async (): Promise<void> => {
    while (sent < requests) {
      sent += 1;
      const request = junk(random);
      const status = await statusOf(port, request);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      // A page that reads now and then finds the server busy.
      if (status >= 500 && status !== 503) failed.push(`${status}: ${request}`);
    }
  };
  await process.reach(Promise.all(Array.from({ length: connections }, send)));
  expect(failed).toEqual([]);
  for (const status of [200, 400, 404, 405, 421]) {
    expect(statuses.get(status) ?? 0, `of ${JSON.stringify([...statuses])}`).toBeGreaterThan(50);
  }
  expect(await read()).toEqual(before);
  process.kill('SIGINT');
  const ended = await process.ended;
  expect([ended.exitCode, ended.stderr.replace(/^.*until Ctrl-C.*$/m, '').trim()]).toEqual([0, '']);
}, 240_000);
