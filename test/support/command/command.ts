/**
 * Runs the real command line in a child process, against the test's simulator and database.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { resolve } from 'node:path';
import type { Simulator } from '../../../src/simulator/simulator.ts';

export const projectFolder = resolve(import.meta.dirname, '../../..');
const cli = resolve(projectFolder, 'src/cli.ts');

/** The version that package.json names. */
export function packageVersion(): unknown {
  const text = readFileSync(resolve(projectFolder, 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: unknown }).version;
}

/** The simulator, the database and the variables of a command. */
export interface Surroundings {
  readonly simulator: Simulator;
  readonly mongodb: { readonly uri: string; readonly name: string };
  readonly env?: Readonly<Record<string, string>>;
}

export interface Ended {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running command. */
export interface Running {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  readonly kill: (signal: NodeJS.Signals) => void;
  /** Resolves when stderr or stdout has shown the text; rejects when the command ends before. */
  readonly shown: (text: string | RegExp) => Promise<void>;
  /** Waits for an event of the test; a rejection contains the command's output so far. */
  readonly reach: <T>(event: Promise<T>) => Promise<T>;
}

/** The environment of a command, without the machine's own configuration. */
export function environmentOf({
  simulator,
  mongodb,
  env = {},
}: Surroundings): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: process.env['HOME'] ?? '',
    NODE_COMPILE_CACHE: resolve(projectFolder, 'node_modules/.cache/domestique'),
    STRAVA_CLIENT_ID: simulator.clientId,
    STRAVA_CLIENT_SECRET: simulator.clientSecret,
    STRAVA_API_URL: simulator.apiUrl,
    STRAVA_OAUTH_URL: simulator.oauthUrl,
    MONGODB_URI: mongodb.uri,
    MONGODB_DATABASE: mongodb.name,
    LOG_LEVEL: 'debug',
    HTTP_PORT: '0',
    PAGE_PORT: '0',
    // Only the tests of these few requests a day count them.
    SYNC_ATHLETE: 'false',
    ...env,
  };
}

/** How a program is started: by default the command line, in the project's folder. */
export interface Launch {
  readonly program?: string;
  readonly folder?: string;
  /** Whether it gets its own process group, to which `kill` sends its signals, as a terminal does. */
  readonly isGroup?: boolean;
}

/** A command that takes longer fails the test, with its output. */
const maxMs = 90_000;

/** The output of a command so far. */
export interface Transcript {
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly add: (stream: 'stdout' | 'stderr', text: string) => void;
  /** The functions that wait for output; `ended` is the command's end. */
  readonly watch: (ended: Promise<Ended>) => Pick<Running, 'shown' | 'reach'>;
}

export function createTranscript(): Transcript {
  const output = { stdout: '', stderr: '' };
  const waiting = new Set<() => void>();
  const within = async <T>(event: Promise<T>, what: string): Promise<T> => {
    const settled = new AbortController();
    const timeout = sleep(maxMs, undefined, { signal: settled.signal }).then(() => {
      throw new Error(`it did not ${what} in time:\n${output.stdout}\n${output.stderr}`);
    });
    timeout.catch(() => undefined);
    try {
      return await Promise.race([event, timeout]);
    } finally {
      settled.abort();
    }
  };
  const isShown = (text: string | RegExp): boolean => {
    const all = `${output.stdout}\n${output.stderr}`;
    return typeof text === 'string' ? all.includes(text) : text.test(all);
  };
  const appears = (text: string | RegExp): Promise<void> =>
    new Promise((done) => {
      const check = (): void => {
        if (!isShown(text)) return;
        waiting.delete(check);
        done();
      };
      waiting.add(check);
      check();
    });
  return {
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    add: (stream, text) => {
      output[stream] += text;
      for (const check of waiting) check();
    },
    watch: (ended) => ({
      shown: async (text) => {
        const endedEarly = ended.then(({ stdout, stderr }) => {
          if (!isShown(text))
            throw new Error(`it ended without showing ${String(text)}:\n${stdout}\n${stderr}`);
        });
        await within(Promise.race([appears(text), endedEarly]), `show ${String(text)}`);
      },
      reach: (event) => within(event, 'come so far'),
    }),
  };
}

/** Starts a command and returns while it runs. */
export function start(
  surroundings: Surroundings,
  args: readonly string[],
  { program, folder, isGroup = false }: Launch = {},
): Running {
  const [file, given] = program ? [program, args] : [process.execPath, [cli, ...args]];
  const child = spawn(file, given, {
    cwd: folder ?? projectFolder,
    env: environmentOf(surroundings),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: isGroup,
  });
  const pid = child.pid ?? 0;
  const transcript = createTranscript();
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      transcript.add(stream, text);
    });
  }
  const ended = once(child, 'close').then(([exitCode, signal]): Ended => ({
    exitCode: exitCode as number | null,
    signal: signal as NodeJS.Signals | null,
    stdout: transcript.stdout(),
    stderr: transcript.stderr(),
  }));
  const kill = (signal: NodeJS.Signals): void => {
    if (isGroup) process.kill(-pid, signal);
    else child.kill(signal);
  };
  return { pid, ended, kill, ...transcript.watch(ended) };
}

/** Runs a command to its end. */
export function run(surroundings: Surroundings, ...args: string[]): Promise<Ended> {
  return start(surroundings, args).ended;
}
