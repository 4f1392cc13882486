/**
 * Runs the command of the arguments and turns its result into an exit code. The only file that touches the
 * process: its arguments, environment, streams, signals and end.
 */
import { setGlobalProxyFromEnv } from 'node:http';
import { homedir, hostname } from 'node:os';
import { resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { CommanderError } from 'commander';
import type { Logger } from 'pino';
import { systemClock } from './clock.ts';
import type { Manner, Perform } from './command-action.ts';
import { createCommands } from './command-line.ts';
import { usageMessage } from './command-line/usage-message.ts';
import type { LoadOptions } from './config/load.ts';
import { loadConfig, loadConfigOrDefaults } from './config/load.ts';
import { proxyOf, proxyProblems } from './config/proxy.ts';
import { userFoldersOf } from './config/user-folders.ts';
import { isInstalledAt } from './domain/invocation.ts';
import type { ExitCode } from './errors.ts';
import {
  DomestiqueError,
  errorJson,
  exitCodes,
  InterruptedError,
  QuotaSpentError,
  UsageError,
} from './errors.ts';
import { ownTimeZone, quotaSpentText } from './features/shared/text/time-text.ts';
import { writeAbove } from './features/shared/progress/write-above.ts';
import type { LogOptions } from './log.ts';
import { createLog, withOptions } from './log.ts';
import {
  isColorOffInNpm,
  logOptionKeptByNpm,
  rejectOptionsKeptByNpm,
} from './process/npm-options.ts';
import { identifyOwner } from './owner.ts';
import type { Program } from './program.ts';
import type { OutputWatch } from './process/standard-streams.ts';
import { watchOutput } from './process/standard-streams.ts';
import type { StopSignal } from './process/stop.ts';
import { signalExitCode, Stop, stopSignals } from './process/stop.ts';
import { escapeActing } from './terminal-text.ts';

/** How long a stop may take before it is forced. */
const maxStopMs = 9_000;
/** A terminal's Ctrl-C arrives twice through npm. */
const sameSignalMs = 1_000;

const timeZone = ownTimeZone();
// node-cron drops ticks at daylight-saving changes of a local zone, whatever its own option says.
process.env['TZ'] = 'UTC';

// By itself the heap grows to three times what lives in it (100 MB for 32) before old garbage is collected;
// with a third of head room a long backfill peaks where a short one does, at no cost that shows.
setFlagsFromString('--heap-growing-percent=30');

const configDir = resolve(import.meta.dirname, '../config');

/** Writes results to stdout, with characters escaped that would act on a terminal. */
interface Printer {
  readonly print: (text: string) => void;
  readonly hasPrinted: () => boolean;
}

function createPrinter(): Printer {
  let hasPrinted = false;
  return {
    print: (text) => {
      hasPrinted = true;
      process.stdout.write(`${escapeActing(text)}\n`);
    },
    hasPrinted: () => hasPrinted,
  };
}

async function createProgram(
  { signal, print }: Pick<Program, 'signal' | 'print'>,
  options: LogOptions,
  { isDaemon = false, toleratesWrongSettings = false }: Manner,
): Promise<Program> {
  const { env, platform, stderr } = process;
  const isInstalled = isInstalledAt(import.meta.dirname);
  const configSource: LoadOptions = {
    ...{ env, configDir },
    ...(isInstalled && { userFolders: userFoldersOf(platform, env, homedir()) }),
  };
  const config = (toleratesWrongSettings ? loadConfigOrDefaults : loadConfig)(configSource);
  const proxy = proxyProblems(env).length === 0 ? proxyOf(env) : undefined;
  if (proxy !== undefined) setGlobalProxyFromEnv({ ...proxy });
  const isTerminal = stderr.isTTY;
  const write = (lines: string): void => {
    writeAbove(stderr, lines);
  };
  // Node knows NO_COLOR (https://no-color.org) and what the terminal can show.
  const isColored = isTerminal && options.color && !isColorOffInNpm(env) && stderr.hasColors();
  const format = config.log.format ?? (isDaemon && !isTerminal ? 'json' : 'pretty');
  const logConfig = withOptions({ ...config.log, format }, options);
  const log = createLog(logConfig, { write }, isTerminal, isColored);
  if (!toleratesWrongSettings) for (const warning of config.warnings) log.warn(warning);
  logOptionKeptByNpm(log, process.argv.slice(2), env);
  return {
    config,
    configSource,
    log,
    clock: systemClock,
    random: Math.random,
    env: process.env,
    pid: process.pid,
    host: hostname(),
    owner: await identifyOwner(hostname()),
    signal,
    print,
    stdout: process.stdout,
    stderr,
    isTerminal,
    timeZone,
    isQuiet: options.quiet === true,
  };
}

/** The first signal starts an orderly end, a later one ends at once. */
function listenForSignals(stop: Stop): void {
  let firstAtMs: number | undefined;
  const onSignal = (name: StopSignal): void => {
    const nowMs = performance.now();
    if (firstAtMs === undefined) {
      firstAtMs = nowMs;
      stop.request(name);
      setTimeout(() => process.exit(stop.exitCode), maxStopMs).unref();
    } else if (name !== 'SIGHUP' && nowMs - firstAtMs > sameSignalMs) {
      // The kernel and the shell each send SIGHUP when a terminal goes; nobody sends it to hurry.
      process.exit(signalExitCode(name));
    }
  };
  for (const name of stopSignals) process.on(name, onSignal);
}

/** Says why the command failed. */
type Fail = (error: DomestiqueError) => void;

interface Running {
  readonly stop: Stop;
  readonly output: OutputWatch;
  readonly fail: Fail;
}

async function run(work: () => Promise<ExitCode>, { stop, output, fail }: Running): Promise<void> {
  try {
    const exitCode = await work();
    process.exitCode = stop.isInterruption ? stop.exitCode : exitCode;
  } catch (thrown) {
    const error = stop.isRequested ? withoutAbort(thrown) : thrown;
    if (!(error instanceof DomestiqueError)) throw error;
    const isSaid = error instanceof InterruptedError ? stop.isInterruption : true;
    if (isSaid && (await output.failure()) === undefined) fail(error);
    process.exitCode = stop.isRequested ? stop.exitCode : error.exitCode;
  }
}

/** A stop aborts pending waits, which reject with the signal's reason. */
function withoutAbort(error: unknown): unknown {
  if (!(error instanceof Error && error.name === 'AbortError')) return error;
  return new InterruptedError(
    'Interrupted before it was done. The same command can be given again.',
  );
}

function complain(error: Error): void {
  const reader = { nowMs: systemClock.nowMs(), timeZone };
  const text =
    error instanceof QuotaSpentError ? quotaSpentText(error.opensAt, reader) : error.message;
  process.stderr.write(`${escapeActing(text)}\n`);
}

/** Says that the result was not written, unless the command failed for a reason of its own. */
async function finish(output: OutputWatch): Promise<void> {
  const failure = await output.failure();
  if (failure === undefined) return;
  complain(failure);
  const { usage, authorization } = exitCodes;
  const isGraver = process.exitCode === usage || process.exitCode === authorization;
  if (!isGraver) process.exitCode = failure.exitCode;
}

async function main(): Promise<void> {
  const stop = new Stop();
  listenForSignals(stop);
  const output = watchOutput(process, () => {
    stop.request();
  });
  const { print, hasPrinted } = createPrinter();
  let daemonLog: Logger | undefined;
  const failAsJson: Fail = (error) => {
    if (process.argv.includes('--json') && !hasPrinted()) print(errorJson(error));
  };
  const fail: Fail = (error) => {
    if (daemonLog === undefined) complain(error);
    else daemonLog.error({ code: error.code }, error.message);
    failAsJson(error);
  };
  try {
    const perform: Perform = (action, manner = {}) => {
      const { runsUntilStopped = false, isDaemon = false } = manner;
      stop.runsUntilStopped = runsUntilStopped;
      const work = async (): Promise<ExitCode> => {
        const io = { signal: stop.signal, print };
        const program = await createProgram(io, commands.opts(), manner);
        const isLogged = isDaemon && !program.isTerminal && program.log.isLevelEnabled('error');
        if (isLogged) daemonLog = program.log;
        return action(program);
      };
      return run(work, { stop, output, fail });
    };
    const commands = createCommands(perform, process.stdin);
    await rejectOptionsKeptByNpm(commands, process.argv.slice(2), process.env);
    await commands.parseAsync(process.argv);
  } catch (error) {
    process.exitCode = exitCodes.usage;
    if (error instanceof UsageError) fail(error);
    else if (!(error instanceof CommanderError)) throw error;
    else if (error.exitCode === 0) process.exitCode = exitCodes.done;
    // Commander has written it to stderr.
    else failAsJson(new UsageError(usageMessage(error.message)));
  }
  await finish(output);
}

await main();
