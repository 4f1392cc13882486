/**
 * `health`: requests the health of the running daemon at the configured address. It opens no database, so
 * it can run every minute.
 */
import { isIPv6 } from 'node:net';
import type { HttpConfig } from '../../config/config.ts';
import { commandLine } from '../../domain/invocation.ts';
import type { Finding } from '../../domain/monitoring/health.ts';
import { isJsonObject, parseJson } from '../../domain/json.ts';
import type { ExitCode } from '../../errors.ts';
import { exitCodes } from '../../errors.ts';
import type { Program } from '../../program.ts';

/** The response of the daemon, or why there is none. */
interface DaemonHealth extends Finding {
  readonly isAnswered: boolean;
}

interface HealthReport {
  readonly address: string;
  readonly isHealthy: boolean;
  /** Whether the daemon's loops turn. */
  readonly live: DaemonHealth;
  /** Whether MongoDB responds and an athlete is logged in. */
  readonly ready: DaemonHealth;
}

const maxMs = 5_000;

export async function health(program: Program, { json }: { json: boolean }): Promise<ExitCode> {
  const { http } = program.config;
  const address = addressOf(http);
  const fetchHealth = (path: string) =>
    http.port === 0 ? Promise.resolve(unknownPort) : fetchFromDaemon(address, path, program.signal);
  const [live, ready] = await Promise.all([fetchHealth('/livez'), fetchHealth('/readyz')]);
  const isHealthy = live.isHealthy && ready.isHealthy;
  const report: HealthReport = { address, isHealthy, live, ready };
  if (json) program.print(JSON.stringify(report));
  else for (const line of linesOf(live, ready)) program.print(line);
  return isHealthy ? exitCodes.done : exitCodes.failed;
}

const unknownPort: DaemonHealth = unanswered(
  'With HTTP_PORT=0 the daemon listens at an unknown port: set it to a port of its own.',
);

/** A server that listens on all addresses is requested at the loopback address. */
function addressOf({ host, port }: HttpConfig): string {
  const near = new Map([
    ['0.0.0.0', '127.0.0.1'],
    ['::', '::1'],
  ]).get(host);
  const name = near ?? host;
  return `http://${isIPv6(name) ? `[${name}]` : name}:${port}`;
}

async function fetchFromDaemon(
  address: string,
  path: string,
  stop: AbortSignal,
): Promise<DaemonHealth> {
  const late = AbortSignal.timeout(maxMs);
  const signal = AbortSignal.any([stop, late]);
  try {
    const response = await fetch(`${address}${path}`, { signal, redirect: 'manual' });
    return readResponse(await response.text(), response.ok) ?? foreign(address);
  } catch (error) {
    stop.throwIfAborted();
    if (late.aborted) {
      return unanswered(`The daemon at ${address} does not answer within ${maxMs / 1_000} s.`);
    }
    if (error instanceof SyntaxError) return foreign(address);
    // It is how fetch says that there is no connection.
    if (error instanceof TypeError) return absent(address);
    throw error;
  }
}

/** @throws SyntaxError where it is not JSON. */
function readResponse(text: string, isHealthy: boolean): DaemonHealth | undefined {
  const json = parseJson(text);
  if (!isJsonObject(json)) return undefined;
  const { status, reasons } = json;
  if (status !== (isHealthy ? 'ok' : 'failing') || !Array.isArray(reasons)) return undefined;
  return { isAnswered: true, isHealthy, reasons: reasons.map(String) };
}

function absent(address: string): DaemonHealth {
  return unanswered(
    `No daemon answers at ${address}: start it with ${commandLine('start')}, or correct HTTP_HOST and HTTP_PORT.`,
  );
}

function foreign(address: string): DaemonHealth {
  return unanswered(
    `What answers at ${address} is not this program's daemon; correct HTTP_HOST and HTTP_PORT.`,
  );
}

function unanswered(reason: string): DaemonHealth {
  return { isAnswered: false, isHealthy: false, reasons: [reason] };
}

function linesOf(live: DaemonHealth, ready: DaemonHealth): readonly string[] {
  if (!live.isAnswered) return live.reasons;
  if (!ready.isAnswered) return ready.reasons;
  const say = (word: string, { isHealthy, reasons }: DaemonHealth): string =>
    `${isHealthy ? word : `Not ${word.toLowerCase()}`}. ${reasons.join(' ')}`;
  return [say('Live', live), say('Ready', ready)];
}
