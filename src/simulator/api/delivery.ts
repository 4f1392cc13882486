/**
 * Sends a response: whole, or broken in one of several ways.
 */
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';

import type { SimulatedResponse } from './response.ts';
import type { Delivery } from './fault-responses.ts';

const dripIntervalMs = 1000;

/** Returns whether the response was sent whole. */
export async function deliver(
  response: ServerResponse,
  simulated: SimulatedResponse,
  how: Delivery,
): Promise<boolean> {
  const body = Buffer.from(simulated.body, 'utf8');
  // The client may have left while the response was held.
  if (how === 'hang' || response.destroyed) return false;
  if (how === 'reset') {
    response.socket?.resetAndDestroy();
    return false;
  }
  if (how === 'endless' || how === 'gzip-bomb') {
    const isBomb = how === 'gzip-bomb';
    const encoding = isBomb ? { 'Content-Encoding': 'gzip' } : {};
    response.writeHead(simulated.status, { 'Content-Type': simulated.contentType, ...encoding });
    // It ends when the client closes the connection.
    await pipeline(Readable.from(isBomb ? bomb() : endless()), response).catch(() => undefined);
    return false;
  }
  const length = simulated.status === 204 ? {} : { 'Content-Length': body.length };
  response.writeHead(simulated.status, {
    'Content-Type': simulated.contentType,
    ...length,
    ...simulated.headers,
  });
  if (how === 'whole') return end(response, body);
  if (how === 'drip') drip(response, body);
  else cutOff(response, body, how);
  return false;
}

function* endless(): Generator<Buffer> {
  const zeros = Buffer.from('0,'.repeat(32_768));
  yield Buffer.from('[');
  for (;;) yield zeros;
}

const [bombBytes, bombPieces] = [10_000_000_000, 200];
let piece: Buffer | undefined;

function* bomb(): Generator<Buffer> {
  piece ??= gzipSync(Buffer.alloc(bombBytes / bombPieces, ' '));
  for (let sent = 0; sent < bombPieces; sent += 1) yield piece;
}

function end(response: ServerResponse, body: Buffer): Promise<boolean> {
  return new Promise((resolve) => {
    response.once('finish', () => {
      resolve(true);
    });
    response.once('close', () => {
      resolve(false);
    });
    response.end(body);
  });
}

function cutOff(response: ServerResponse, body: Buffer, how: 'reset-mid-body' | 'truncated'): void {
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => {
    if (how === 'truncated') response.socket?.end();
    else response.socket?.resetAndDestroy();
  });
}

function drip(response: ServerResponse, body: Buffer): void {
  let sent = 0;
  const timer = setInterval(() => {
    response.write(body.subarray(sent, sent + 1));
    sent += 1;
    if (sent >= body.length) response.end();
  }, dripIntervalMs);
  response.once('close', () => {
    clearInterval(timer);
  });
}
