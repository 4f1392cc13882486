/**
 * Runs the real command line in a child process, against a simulator and a database of the test's.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { resolve } from 'node:path';
import type { Simulator } from '../../src/simulator/simulator.ts';

export const projectFolder = resolve(import.meta.dirname, '../..');
const cli = resolve(projectFolder, 'src/cli.ts');

/** Where a command runs. */
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

/** A command under way. */
export interface Running {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  readonly kill: (signal: NodeJS.Signals) => void;
  /** Resolves when stderr or stdout has shown the text; rejects when the command ends before. */
  readonly shown: (text: string | RegExp) => Promise<void>;
  /** Waits for an event of the test's own; a rejection carries what the command has said so far. */
  readonly reach: <T>(event: Promise<T>) => Promise<T>;
}

/** The environment of a command: nothing of the machine's own configuration gets in. */
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
    // Its few requests a day are counted where they are what a test is about.
    SYNC_ATHLETE: 'false',
    ...env,
  };
}

/** How a program is started: by default the command line itself, in this very folder. */
export interface Launch {
  readonly program?: string;
  readonly folder?: string;
  /** True for a process group of its own, to which `kill` then sends its signals, as a terminal does. */
  readonly isGroup?: boolean;
}

/** A bound on hanging: what takes longer is shown with all that the command said. */
const maxMs = 90_000;

/** What a command says, as it says it. */
export interface Transcript {
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly add: (stream: 'stdout' | 'stderr', text: string) => void;
  /** What a test may wait for; `ended` is the command's end. */
  readonly watch: (ended: Promise<Ended>) => Pick<Running, 'shown' | 'reach'>;
}

export function createTranscript(): Transcript {
  const said = { stdout: '', stderr: '' };
  const waiting = new Set<() => void>();
  const within = async <T>(event: Promise<T>, what: string): Promise<T> => {
    const settled = new AbortController();
    const tooLate = sleep(maxMs, undefined, { signal: settled.signal }).then(() => {
      throw new Error(`it did not ${what} in time:\n${said.stdout}\n${said.stderr}`);
    });
    tooLate.catch(() => undefined);
    try {
      return await Promise.race([event, tooLate]);
    } finally {
      settled.abort();
    }
  };
  const isSaid = (text: string | RegExp): boolean => {
    const all = `${said.stdout}\n${said.stderr}`;
    return typeof text === 'string' ? all.includes(text) : text.test(all);
  };
  const appears = (text: string | RegExp): Promise<void> =>
    new Promise((done) => {
      const poll = (): void => {
        if (!isSaid(text)) return;
        waiting.delete(poll);
        done();
      };
      waiting.add(poll);
      poll();
    });
  return {
    stdout: () => said.stdout,
    stderr: () => said.stderr,
    add: (stream, text) => {
      said[stream] += text;
      for (const poll of waiting) poll();
    },
    watch: (ended) => ({
      shown: async (text) => {
        const tooEarly = ended.then(({ stdout, stderr }) => {
          if (!isSaid(text))
            throw new Error(`it ended without showing ${String(text)}:\n${stdout}\n${stderr}`);
        });
        await within(Promise.race([appears(text), tooEarly]), `show ${String(text)}`);
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
