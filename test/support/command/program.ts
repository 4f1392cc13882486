/**
 * A program for calling commands: a real configuration from the test's variables, which records everything
 * that is printed or logged.
 */
import { hostname } from 'node:os';
import { Writable } from 'node:stream';

import type { Clock } from '../../../src/clock.ts';
import { systemClock } from '../../../src/clock.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { createLog } from '../../../src/log.ts';
import { identifyOwner } from '../../../src/owner.ts';
import type { Program } from '../../../src/program.ts';
import { createProjectFolder } from '../../config/project-folder.ts';

export interface TestProgramOptions {
  /** A `TestDatabase`. */
  readonly mongodb?: { readonly uri: string; readonly name: string };
  /** A `Simulator`, or a replacement. */
  readonly strava?: {
    readonly apiUrl: string;
    readonly oauthUrl: string;
    readonly clientId: string;
    readonly clientSecret: string;
  };
  /** Variables of the configuration that win over the above; undefined unsets one. */
  readonly config?: Readonly<Record<string, string | undefined>>;
  /** The program's environment. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly clock?: Clock;
  readonly isTerminal?: boolean;
}

export interface TestProgram extends Program {
  /** Everything printed so far. */
  printed(): string;
  /** Everything logged so far, one JSON document a line. */
  logged(): string;
  /** The first match in the printed text, now or later. */
  waitForPrint(pattern: RegExp): Promise<string>;
  /** Does the same as SIGINT. */
  stop(): void;
}

const host = hostname();
const owner = await identifyOwner(host);

export function createTestProgram(options: TestProgramOptions): TestProgram {
  using project = createProjectFolder();
  const configSource = { env: variablesOf(options), configDir: project.configDir };
  const config = loadConfig(configSource);
  const stop = new AbortController();
  const output = capture();
  const log = capture();
  return {
    config,
    configSource,
    log: createLog({ ...config.log, format: 'json' }, log.stream, false),
    clock: options.clock ?? systemClock,
    random: () => 0.5,
    env: options.env ?? {},
    pid: process.pid,
    host,
    owner,
    signal: stop.signal,
    print: (text) => void output.stream.write(`${text}\n`),
    stdout: output.stream,
    stderr: process.stderr,
    isTerminal: options.isTerminal ?? false,
    timeZone: 'UTC',
    isQuiet: false,
    printed: output.text,
    logged: log.text,
    waitForPrint: output.waitFor,
    stop: () => {
      stop.abort();
    },
  };
}

function variablesOf({ mongodb, strava, config }: TestProgramOptions) {
  return {
    AUTH_PORT: '0',
    PAGE_PORT: '0',
    LOG_LEVEL: 'trace',
    ...(mongodb && { MONGODB_URI: mongodb.uri, MONGODB_DATABASE: mongodb.name }),
    ...(strava && {
      STRAVA_API_URL: strava.apiUrl,
      STRAVA_OAUTH_URL: strava.oauthUrl,
      STRAVA_CLIENT_ID: strava.clientId,
      STRAVA_CLIENT_SECRET: strava.clientSecret,
    }),
    ...config,
  };
}

export function capture() {
  const chunks: string[] = [];
  const waiters = new Set<() => void>();
  const text = (): string => chunks.join('');
  const stream = new Writable({
    decodeStrings: false,
    write: (chunk, _encoding, done) => {
      chunks.push(String(chunk));
      for (const waiter of waiters) waiter();
      done();
    },
  });
  /** The first match in the text after `from`, now or later. */
  const waitFor = (pattern: RegExp, from = 0): Promise<string> =>
    new Promise((resolve) => {
      const check = (): void => {
        const [match] = pattern.exec(text().slice(from)) ?? [];
        if (match === undefined) return;
        waiters.delete(check);
        resolve(match);
      };
      waiters.add(check);
      check();
    });
  return { stream, text, waitFor };
}
