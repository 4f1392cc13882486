/**
 * Runs a command as the command line does, but in this process: its arguments, configuration, output and
 * exit code are the real ones, and a start costs nothing. For the variants of a behaviour that one test
 * with a child process checks.
 */
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { systemClock } from '../../src/clock.ts';
import type { Action } from '../../src/command-line.ts';
import { createCommands } from '../../src/command-line.ts';
import { loadConfig } from '../../src/config/load.ts';
import { DomestiqueError } from '../../src/errors.ts';
import { createLog } from '../../src/log.ts';
import { identifyOwner } from '../../src/owner.ts';
import type { Program } from '../../src/program.ts';
import type { Ended, Surroundings } from './command.ts';
import { environmentOf, projectFolder } from './command.ts';
import { capture } from './program.ts';

const host = hostname();
const owner = await identifyOwner(host);

/** Not for arguments that the command line rejects: it writes that to this process's stderr. */
export async function runInProcess(
  surroundings: Surroundings,
  args: readonly string[],
): Promise<Ended> {
  const [stdout, stderr] = [capture(), capture()];
  let exitCode = 0;
  const perform = async (action: Action): Promise<void> => {
    try {
      exitCode = await action(createProgram(surroundings, stdout.stream, stderr.stream));
    } catch (error) {
      if (!(error instanceof DomestiqueError)) throw error;
      stderr.stream.write(`${error.message}\n`);
      exitCode = error.exitCode;
    }
  };
  await createCommands(perform, emptyInput()).parseAsync([...args], { from: 'user' });
  return { exitCode, signal: null, stdout: stdout.text(), stderr: stderr.text() };
}

/** An empty stdin without a terminal. */
function emptyInput() {
  return Object.assign(Readable.from([]), { isTTY: false as const });
}

function createProgram(
  surroundings: Surroundings,
  stdout: NodeJS.WritableStream,
  log: NodeJS.WritableStream,
): Program {
  const env = environmentOf(surroundings);
  const configSource = { env, configDir: resolve(projectFolder, 'config') };
  const config = loadConfig(configSource);
  return {
    config,
    configSource,
    log: createLog(config.log, log, false),
    clock: systemClock,
    random: Math.random,
    env,
    pid: process.pid,
    host,
    owner,
    signal: new AbortController().signal,
    print: (text) => void stdout.write(`${text}\n`),
    stdout,
    stderr: process.stderr,
    isTerminal: false,
  };
}
