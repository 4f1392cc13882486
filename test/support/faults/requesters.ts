/**
 * Processes that keep requesting an athlete's record, so that many of them meet each expiry of the token.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Simulator } from '../../../src/simulator/simulator.ts';
import type { RequesterInput, RequesterOutput } from '../../faults/fixtures/requester-protocol.ts';
import { projectFolder } from '../command/command.ts';
import type { Scene } from '../scene.ts';
import { athleteId } from '../scene.ts';

export interface Requester {
  readonly output: Promise<RequesterOutput>;
  readonly kill: (signal: NodeJS.Signals) => void;
}

/** Starts a process with that many requests at the same time; SIGTERM ends it. */
export function startRequester({ simulator, mongodb }: Scene, parallel = 1): Requester {
  const { apiUrl, oauthUrl, clientId, clientSecret } = simulator;
  const strava = { apiUrl, oauthUrl, clientId, clientSecret };
  const { uri, name } = mongodb;
  const input: RequesterInput = { mongodb: { uri, name }, strava, athleteId, parallel };
  const script = join(projectFolder, 'test/faults/fixtures/requester.ts');
  const child = spawn(process.execPath, [script, JSON.stringify(input)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const output = Promise.all([text(child.stdout), once(child, 'close')]).then(
    ([printed]) => JSON.parse(printed) as RequesterOutput,
  );
  return { output, kill: (signal) => void child.kill(signal) };
}

/** The sum of the outcomes of several processes. */
export function sumOutcomes(outputs: readonly RequesterOutput[]): RequesterOutput {
  const sums = new Map<string, number>();
  for (const [kind, count] of outputs.flatMap((output) => Object.entries(output))) {
    sums.set(kind, (sums.get(kind) ?? 0) + count);
  }
  return Object.fromEntries(sums);
}

/** One exchange of a refresh token for a new access token. */
export interface Exchange {
  readonly atMs: number;
  readonly status: number | null;
  /** When the token that it returned expires. */
  readonly expiresAtMs: number;
}

export function exchangesOf({ requests }: Simulator, lifetimeMs: number): readonly Exchange[] {
  return requests.entries
    .filter(({ endpoint }) => endpoint === 'token')
    .map(({ at, status }) => ({
      atMs: at.getTime(),
      status,
      expiresAtMs: Math.floor((at.getTime() + lifetimeMs) / 1_000) * 1_000,
    }));
}

/** The exchanges while the token of the one before was still valid; its margin is a sixth of its lifetime. */
export function needlessExchanges(
  exchanges: readonly Exchange[],
  lifetimeMs: number,
): readonly Exchange[] {
  const marginMs = lifetimeMs / 6;
  return exchanges
    .slice(1)
    .filter(({ atMs }, index) => atMs < (exchanges[index]?.expiresAtMs ?? 0) - marginMs);
}
