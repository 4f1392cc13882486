import { once } from 'node:events';
import type { RequestListener, Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { health } from '../../../src/features/monitoring/command.ts';
import { findFreePort } from '../../../src/embedded-mongodb/loopback-port.ts';
import { createTestProgram } from '../../support/command/program.ts';

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

/** Starts a server that answers so; resolves with its port. */
async function serve(response: RequestListener): Promise<number> {
  const server = createServer(response).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** A daemon that says so of itself. */
function saying(ready: number, reasons: unknown): RequestListener {
  return ({ url }, response) => {
    const status = url === '/readyz' ? ready : 200;
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ status: status === 200 ? 'ok' : 'failing', reasons }));
  };
}

async function runHealth(port: number, { json = false, host = '127.0.0.1' } = {}) {
  const config = { HTTP_HOST: host, HTTP_PORT: String(port) };
  const program = createTestProgram({ config });
  const exitCode = await health(program, { json });
  return { exitCode, printed: program.printed() };
}

describe('health', () => {
  it('prints a sentence each and ends with 0 where both are well, 1 where one is not', async () => {
    const well = await serve(saying(200, ['All is well.']));
    expect(await runHealth(well)).toEqual({
      exitCode: 0,
      printed: 'Live. All is well.\nReady. All is well.\n',
    });
    const unready = await serve(saying(503, ['Nobody there.', 'Nothing to do.']));
    expect(await runHealth(unready)).toEqual({
      exitCode: 1,
      printed: 'Live. Nobody there. Nothing to do.\nNot ready. Nobody there. Nothing to do.\n',
    });
  });

  it.each(['0.0.0.0', 'localhost'])('reaches a daemon that listens at %s', async (host) => {
    const port = await serve(saying(200, ['All is well.']));
    expect(await runHealth(port, { host })).toMatchObject({ exitCode: 0 });
  });

  it('says that no daemon runs, as JSON too', async () => {
    const port = await findFreePort();
    const sentence = `No daemon answers at http://127.0.0.1:${port}: start it with npm start, or correct HTTP_HOST and HTTP_PORT.`;
    expect(await runHealth(port)).toEqual({ exitCode: 1, printed: `${sentence}\n` });
    const { exitCode, printed } = await runHealth(port, { json: true });
    const silence = { isAnswered: false, isHealthy: false, reasons: [sentence] };
    expect(exitCode).toBe(1);
    expect(JSON.parse(printed)).toEqual({
      address: `http://127.0.0.1:${port}`,
      isHealthy: false,
      live: silence,
      ready: silence,
    });
  });

  it.each<[string, RequestListener]>([
    ['a page', (_, response) => response.end('<h1>It works!</h1>')],
    ['other JSON', (_, response) => response.end('{"status":"ok"}')],
    ['a list', (_, response) => response.end('[]')],
    ['a status that is not what the code says', saying(500, 'none')],
    [
      'a redirect',
      (_, response) => response.writeHead(302, { location: 'http://192.0.2.1/' }).end(),
    ],
  ])('does not take another program for the daemon: %s', async (_, listener) => {
    const port = await serve(listener);
    const { exitCode, printed } = await runHealth(port);
    expect(exitCode).toBe(1);
    expect(printed).toBe(
      `What answers at http://127.0.0.1:${port} is not this program's daemon; correct HTTP_HOST and HTTP_PORT.\n`,
    );
  });

  it('gives up a daemon that is stuck after five seconds', async () => {
    const port = await serve(() => undefined);
    expect(await runHealth(port)).toEqual({
      exitCode: 1,
      printed: `The daemon at http://127.0.0.1:${port} does not answer within 5 s.\n`,
    });
  });

  it('cannot know a port that is any free one', async () => {
    const { exitCode, printed } = await runHealth(0);
    expect(exitCode).toBe(1);
    expect(printed).toContain('HTTP_PORT=0');
  });
});
