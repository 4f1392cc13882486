/**
 * Runs a command as the command line does, but in this process: its arguments, configuration, output and
 * exit code are the real ones, and a start costs nothing. For the variants of a behaviour that one test
 * with a child process checks.
 */
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { systemClock } from '../../../src/clock.ts';
import type { Action } from '../../../src/command-action.ts';
import { createCommands } from '../../../src/command-line.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { DomestiqueError } from '../../../src/errors.ts';
import type { LogOptions } from '../../../src/log.ts';
import { createLog, withOptions } from '../../../src/log.ts';
import { identifyOwner } from '../../../src/owner.ts';
import type { Program } from '../../../src/program.ts';
import type { Ended, Running, Surroundings, Transcript } from './command.ts';
import { createTranscript, environmentOf, projectFolder } from './command.ts';

const host = hostname();
const owner = await identifyOwner(host);

/**
 * Starts a command and returns while it runs. `kill` requests an orderly end with any signal.
 * Not for arguments that the command line rejects: it writes that to this process's stderr.
 */
export function startInProcess(surroundings: Surroundings, args: readonly string[]): Running {
  const stop = new AbortController();
  const transcript = createTranscript();
  const ended = perform(surroundings, args, { transcript, signal: stop.signal });
  const kill = (): void => {
    stop.abort();
  };
  return { pid: process.pid, ended, kill, ...transcript.watch(ended) };
}

interface Output {
  readonly transcript: Transcript;
  readonly signal: AbortSignal;
}

async function perform(
  surroundings: Surroundings,
  args: readonly string[],
  output: Output,
): Promise<Ended> {
  const { transcript } = output;
  let exitCode = 0;
  const act = async (action: Action): Promise<void> => {
    try {
      exitCode = await action(createProgram(surroundings, output, commands.opts()));
    } catch (error) {
      if (!(error instanceof DomestiqueError)) throw error;
      transcript.add('stderr', `${error.message}\n`);
      exitCode = error.exitCode;
    }
  };
  const commands = createCommands(act, emptyInput());
  await commands.parseAsync([...args], { from: 'user' });
  return { exitCode, signal: null, stdout: transcript.stdout(), stderr: transcript.stderr() };
}

/** An empty stdin without a terminal. */
function emptyInput() {
  return Object.assign(Readable.from([]), { isTTY: false as const });
}

function createProgram(
  surroundings: Surroundings,
  { transcript, signal }: Output,
  options: LogOptions,
): Program {
  const env = environmentOf(surroundings);
  const configSource = { env, configDir: resolve(projectFolder, 'config') };
  const config = loadConfig(configSource);
  const stdout = streamOf(transcript, 'stdout');
  const log = createLog(withOptions(config.log, options), streamOf(transcript, 'stderr'), false);
  for (const warning of config.warnings) log.warn(warning);
  return {
    config,
    configSource,
    log,
    clock: systemClock,
    random: Math.random,
    env,
    pid: process.pid,
    host,
    owner,
    signal,
    print: (text) => void stdout.write(`${text}\n`),
    stdout,
    stderr: process.stderr,
    isTerminal: false,
    timeZone: env['TZ'] ?? 'UTC',
    isQuiet: options.quiet === true,
  };
}

function streamOf(transcript: Transcript, name: 'stdout' | 'stderr'): Writable {
  return new Writable({
    decodeStrings: false,
    write: (chunk, _encoding, done) => {
      transcript.add(name, String(chunk));
      done();
    },
  });
}
