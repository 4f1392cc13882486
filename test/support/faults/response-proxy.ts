/**
 * An HTTP proxy between the program and the simulator that can replace the body of a response, and
 * shows each response.
 */
import { createServer, request } from 'node:http';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Simulator } from '../../../src/simulator/simulator.ts';

/** A response of the simulator on its way. */
export interface PassingResponse {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly status: number;
  readonly body: string;
}

export interface ResponseProxy {
  /** The simulator at the proxy's address. */
  readonly simulator: Simulator;
  close(): Promise<void>;
}

/** `alter` returns another body, or undefined to keep it. */
export async function startResponseProxy(
  simulator: Simulator,
  alter: (response: PassingResponse) => string | undefined,
): Promise<ResponseProxy> {
  const server = createServer({ keepAliveTimeout: 120_000 }, (incoming, outgoing) => {
    pass(simulator.url, alter, incoming, outgoing).catch(() => {
      outgoing.destroy();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    simulator: { ...simulator, url, apiUrl: `${url}/api/v3`, oauthUrl: `${url}/oauth` },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

async function pass(
  target: string,
  alter: (response: PassingResponse) => string | undefined,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const url = new URL(incoming.url ?? '/', target);
  const response = await forward(url, incoming);
  const body = await textOf(response);
  const status = response.statusCode ?? 0;
  const { pathname, searchParams } = url;
  const altered = alter({ path: pathname, query: searchParams, status, body }) ?? body;
  const headers: OutgoingHttpHeaders = { ...response.headers };
  if (incoming.method !== 'HEAD') headers['content-length'] = Buffer.byteLength(altered);
  outgoing.writeHead(status, headers);
  outgoing.end(altered);
}

function forward(url: URL, incoming: IncomingMessage): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { method, headers } = incoming;
    const forwarded = request(url, { method, headers }, resolve).on('error', reject);
    incoming.pipe(forwarded);
  });
}

async function textOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
