/**
 * The command line: arguments to one command to an exit code. The only file that touches the process:
 * its arguments, environment, streams, signals and end.
 */
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { Command, CommanderError } from 'commander';
import { systemClock } from './clock.ts';
import { auth } from './commands/auth.ts';
import { backup } from './commands/backup.ts';
import { config as printConfig } from './commands/config.ts';
import { db } from './commands/db.ts';
import { demo } from './commands/demo.ts';
import { exportActivities } from './commands/export.ts';
import { erase } from './commands/erase.ts';
import { keys } from './commands/keys.ts';
import { query } from './commands/query.ts';
import { rebuild } from './commands/rebuild.ts';
import { restore } from './commands/restore.ts';
import { start } from './commands/start.ts';
import { status } from './commands/status.ts';
import { sync } from './commands/sync.ts';
import { verify } from './commands/verify.ts';
import { webhookList, webhookSubscribe, webhookUnsubscribe } from './commands/webhook.ts';
import { loadConfig } from './config/load.ts';
import type { ExitCode } from './errors.ts';
import { DomestiqueError, exitCodes } from './errors.ts';
import { createLog } from './log.ts';
import { identifyOwner } from './owner.ts';
import type { Program } from './program.ts';

/** How long a stop may take before it is forced. */
const longestStopMs = 9_000;
/** A terminal's Ctrl-C arrives twice through npm. */
const sameSignalMs = 1_000;

// node-cron drops ticks at daylight-saving changes of a local zone, whatever its own option says.
process.env['TZ'] = 'UTC';

// By itself the heap grows to three times what lives in it (100 MB for 32) before old garbage is collected;
// with a third of head room a long backfill peaks where a short one does, at no cost that shows.
setFlagsFromString('--heap-growing-percent=30');

const configDir = resolve(import.meta.dirname, '../config');

async function createProgram(signal: AbortSignal): Promise<Program> {
  const configSource = { env: process.env, configDir };
  const config = loadConfig(configSource);
  const isTerminal = process.stderr.isTTY;
  const log = createLog(config.log, process.stderr, isTerminal);
  for (const warning of config.warnings) log.warn(warning);
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
    print: (text) => void process.stdout.write(`${text}\n`),
    stdout: process.stdout,
    stderr: process.stderr,
    isTerminal,
  };
}

/** The first signal asks for an orderly end, a later one ends at once. */
function listenForSignals(stop: AbortController): void {
  let firstAtMs: number | undefined;
  const onSignal = (name: NodeJS.Signals): void => {
    const nowMs = performance.now();
    if (firstAtMs === undefined) {
      firstAtMs = nowMs;
      stop.abort();
      setTimeout(() => process.exit(exitCodes.done), longestStopMs).unref();
    } else if (nowMs - firstAtMs > sameSignalMs) {
      process.exit(name === 'SIGINT' ? 130 : 143);
    }
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
}

type Action = (program: Program) => ExitCode | Promise<ExitCode>;

async function run(action: Action, stop: AbortController): Promise<void> {
  try {
    process.exitCode = await action(await createProgram(stop.signal));
  } catch (error) {
    // Whatever was waiting when the stop came was told so by the signal's own reason.
    if (stop.signal.aborted && isAbort(error)) {
      process.exitCode = exitCodes.done;
      return;
    }
    if (!(error instanceof DomestiqueError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = stop.signal.aborted ? exitCodes.done : error.exitCode;
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

/** Commander repeats a value that it has no place for, which may be a secret. */
function withoutValues(message: string): string {
  return message.replace(/('--?[\w-]+)=.*'/s, "$1=…'").replace(/(but got \d+): .*/s, '$1.\n');
}

type Add = (name: string, description: string) => Command;
type Perform = (action: Action) => Promise<void>;

function addExport(add: Add, perform: Perform): void {
  add('export', 'stored activities as GPX, GeoJSON, CSV or lines of JSON; on stdout, or with --out')
    .requiredOption('--format <format>', 'gpx, geojson, csv or ndjson')
    .option('--activity <id>', 'this activity alone')
    .option('--since <date>', 'from then on; the same forms as for sync')
    .option('--athlete <id>', 'only of this athlete')
    .option('--out <path>', 'a file; for gpx without --activity a folder')
    .action((options: Parameters<typeof exportActivities>[1]) =>
      perform((program) => exportActivities(program, options)),
    );
}

function addQuery(add: Add, perform: Perform): void {
  add('query', 'answer a question of the cookbook by its name; without one, list the questions')
    .argument('[arguments...]', 'its name and parameters; --json or --csv instead of a table')
    .allowUnknownOption()
    .action((args: readonly string[]) => perform((program) => query(program, args)));
}

function addRebuild(add: Add, perform: Perform): void {
  add('rebuild', 'work out best efforts, tracks and the like again, without asking Strava')
    .option('--athlete <id>', 'only of this athlete')
    .option('--json', 'print one JSON document', false)
    .action((options: Parameters<typeof rebuild>[1]) =>
      perform((program) => rebuild(program, options)),
    );
}

function addBackup(add: Add, perform: Perform): void {
  add('backup', 'write the database into one compressed file, without the logins')
    .requiredOption('--out <file>', 'where to; a file of that name is replaced')
    .option('--with-tokens', 'with the logins', false)
    .action((options: Parameters<typeof backup>[1]) =>
      perform((program) => backup(program, options)),
    );
  add('restore', 'put a backup into the database, which has to be empty')
    .requiredOption('--in <file>', 'what backup wrote')
    .option('--force', 'replace what is in the database', false)
    .action((options: Parameters<typeof restore>[1]) =>
      perform((program) => restore(program, options)),
    );
}

function addKeys(add: Add, perform: Perform): void {
  const keysCommand = add('keys', 'the keys that encrypt the stored logins (TOKEN_KEY_FILE)');
  keysCommand
    .command('new')
    .description('make the file with a first key')
    .action(() => perform((program) => keys(program, 'new')));
  keysCommand
    .command('rotate')
    .description('add a new key, encrypt every login with it, and remove the old ones')
    .action(() => perform((program) => keys(program, 'rotate')));
}

function addErase(add: Add, perform: Perform): void {
  add('erase', 'an athlete leaves: revoke the access, delete everything, print a receipt')
    .requiredOption('--athlete <id>', 'whom')
    .option('--yes', 'without asking', false)
    .option('--without-revoke', 'leave the access at Strava alone', false)
    .option('--json', 'print one JSON document', false)
    .action((options: Omit<Parameters<typeof erase>[1], 'input'>) =>
      perform((program) => erase(program, { ...options, input: process.stdin })),
    );
}

function addVerify(add: Add, perform: Perform): void {
  add('verify', 'compare everything with Strava, and print the proof or the differences')
    .option('--athlete <id>', 'only this athlete')
    .option('--fix', 'mend what differs', false)
    .option(
      '--accept-deletions',
      'mend, and remove what Strava does not have any more even where that is most of it',
      false,
    )
    .option('--no-wait', 'end with 75 instead of waiting for the quota or for another process')
    .option('--json', 'print one JSON document', false)
    .action((options: Parameters<typeof verify>[1]) =>
      perform((program) => verify(program, options)),
    );
}

function addWebhook(add: Add, perform: Perform): void {
  const webhook = add(
    'webhook',
    'let Strava tell the daemon of new activities: subscribe, list, unsubscribe',
  );
  webhook
    .command('subscribe')
    .description('make the subscription; the daemon has to run, and be reached at the callback URL')
    .requiredOption('--callback-url <url>', 'https://…; without a path, a secret one is made')
    .option('--json', 'print one JSON document', false)
    .action((options: Parameters<typeof webhookSubscribe>[1]) =>
      perform((program) => webhookSubscribe(program, options)),
    );
  webhook
    .command('list')
    .description('what Strava has, and whether this database knows it')
    .option('--json', 'print one JSON document', false)
    .action((options: { json: boolean }) => perform((program) => webhookList(program, options)));
  webhook
    .command('unsubscribe')
    .description('end the subscription, at Strava and here')
    .option('--json', 'print one JSON document', false)
    .action((options: { json: boolean }) =>
      perform((program) => webhookUnsubscribe(program, options)),
    );
}

const moreCommands = [
  addVerify,
  addExport,
  addQuery,
  addRebuild,
  addBackup,
  addKeys,
  addErase,
  addWebhook,
];

function createCommands(stop: AbortController): Command {
  const cli = new Command('domestique')
    .description(
      'Keeps every Strava activity of one or more athletes, with its streams, in a MongoDB that the athlete owns.',
    )
    .exitOverride()
    .configureOutput({
      outputError: (text, write) => {
        write(withoutValues(text));
      },
    });
  const add: Add = (name, description) => cli.command(name).description(description).exitOverride();
  const perform: Perform = (action) => run(action, stop);

  add(
    'start',
    'run the daemon: look for new activities by the schedule, until it is stopped',
  ).action(() => perform(start));
  add('auth', 'log an athlete in at Strava; run it once for each athlete')
    .option('--code <code>', 'exchange this code instead of opening the browser')
    .option('--redirect-url <url>', 'take the code from this pasted address')
    .option('--refresh-token <token>', 'use a refresh token that exists already')
    .option('--no-browser', 'print the address only')
    .action(
      ({
        browser,
        ...given
      }: {
        browser: boolean;
        code?: string;
        redirectUrl?: string;
        refreshToken?: string;
      }) => perform((program) => auth(program, { ...given, isBrowserWanted: browser })),
    );
  add('sync', 'one round of what the daemon does, or with --since a period made complete')
    .option(
      '--since <date>',
      'from then on: 2019, 2019-03, 2019-03-01, an RFC 3339 instant, or 90d',
    )
    .option('--until <date>', 'up to the end of then; the same forms')
    .option('--athlete <id>', 'only this athlete')
    .option('--no-wait', 'end with 75 instead of waiting for the quota or for another process')
    .option('--dry-run', 'ask for the list only, and print what there would be to do', false)
    .option('--retry-parked', 'try parked activities again now', false)
    .option('--json', 'print one JSON document', false)
    .action((options: Parameters<typeof sync>[1]) => perform((program) => sync(program, options)));
  add('status', 'what is stored, what is still to do, the quota, and what needs you')
    .option('--json', 'print one JSON document', false)
    .action((options: { json: boolean }) => perform((program) => status(program, options)));
  add('config', 'the effective configuration, and where each value came from')
    .option('--json', 'print one JSON document', false)
    .action((options: { json: boolean }) => perform((program) => printConfig(program, options)));
  for (const addMore of moreCommands) addMore(add, perform);
  add('db', 'keep the embedded MongoDB up and print its address').action(() => perform(db));
  add('demo', 'the whole job against a simulated Strava: no account, no network').action(() =>
    perform(demo),
  );
  return cli;
}

async function main(): Promise<void> {
  const stop = new AbortController();
  listenForSignals(stop);
  try {
    await createCommands(stop).parseAsync(process.argv);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  }
}

await main();
