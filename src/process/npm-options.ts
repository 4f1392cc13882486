/**
 * Options that npm kept for itself: without a second `--`, `npm run sync --dry-run` runs `sync` without any
 * option, and npm hands `--dry-run` over as the variable `npm_config_dry_run` only
 * (https://docs.npmjs.com/cli/v11/using-npm/config).
 */
import type { Command, Option } from 'commander';
import type { Logger } from 'pino';
import { commandLine } from '../domain/invocation.ts';
import { UsageError } from '../errors.ts';
import { queryOptions } from '../stored-commands.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Options of ours that npm has too. A line in an .npmrc sets the same variable, so they are not rejected:
 * without them no command does more than it was told. `dry-run` is rejected although npm has it.
 */
const alsoOfNpm: ReadonlySet<string> = new Set(['browser', 'force', 'json', 'yes']);

/** @throws UsageError with the right line, where npm kept an option of the command for itself. */
export async function rejectOptionsKeptByNpm(
  commands: Command,
  args: readonly string[],
  env: Environment,
): Promise<void> {
  const [script] = args;
  // Another script of npm can run a command, and has options of its own.
  if (script === undefined || env['npm_lifecycle_event'] !== script) return;
  const { command, path } = commandOf(commands, args);
  const kept = [...command.options.map(optionOf), ...(await parametersOf(script))].filter(
    ({ name, isSetBy }) =>
      !alsoOfNpm.has(name) &&
      isSetBy(env[`npm_config_${name.replaceAll('-', '_')}`]) &&
      !args.some((arg) => arg.startsWith('--') && optionName(arg) === name),
  );
  if (kept.length === 0) return;
  const names = kept.map(({ flags }) => flags.split(' ')[0]).join(' and ');
  const line = commandLine(script, ...path, ...kept.map(({ flags }) => flags));
  throw new UsageError(
    `npm kept ${names} for itself, and nothing was done: options come after a second --, as in: ${line}`,
  );
}

/** Whether npm shows no colors: after `npm run sync --no-color`, or by a line in an .npmrc. */
export function isColorOffInNpm(env: Environment): boolean {
  return env['npm_lifecycle_event'] !== undefined && isOff(env['npm_config_color']);
}

/** What npm's own options set `loglevel` to. */
const logOptions: ReadonlyMap<string | undefined, string> = new Map([
  ['warn', '-q'],
  ['verbose', '--verbose'],
]);

/** Logs where npm kept an option of the log. An .npmrc can set the same variable, so it is not rejected. */
export function logOptionKeptByNpm(log: Logger, args: readonly string[], env: Environment): void {
  const [script] = args;
  const option = logOptions.get(env['npm_config_loglevel']);
  if (script === undefined || env['npm_lifecycle_event'] !== script || option === undefined) return;
  if (args.some((arg) => /^(-[qv]|--quiet|--verbose)$/.test(arg))) return;
  log.info(
    `npm keeps ${option} for itself. For this program it comes after a second --, as in: ${commandLine(script, option)}`,
  );
}

/** The command that the arguments name, and the words of it that come after the script's name. */
function commandOf(commands: Command, args: readonly string[]) {
  let command = commands;
  const path: string[] = [];
  for (const arg of args) {
    const next = command.commands.find((each) => each.name() === arg);
    if (next === undefined) break;
    command = next;
    path.push(arg);
  }
  // A question's name belongs to the line as a subcommand's does.
  const question = command.name() === 'query' ? args.slice(1, 2) : [];
  return { command, path: [...path.slice(1), ...question] };
}

interface OwnOption {
  /** As npm names it: without `no-`. */
  readonly name: string;
  /** As it is written, with a placeholder for its value. */
  readonly flags: string;
  readonly isSetBy: (value: string | undefined) => boolean;
}

function optionOf({ flags, long, negate }: Option): OwnOption {
  const isSetBy = (value: string | undefined): boolean =>
    negate ? isOff(value) : (value ?? '') !== '' && value !== 'false';
  return { name: optionName(long ?? flags), flags, isSetBy };
}

function isOff(value: string | undefined): boolean {
  return value === '' || value === 'false';
}

function optionName(long: string): string {
  return long.replace(/^--(no-)?/, '').replace(/=.*$/s, '');
}

/** The parameters of the questions, and the options that `query` reads itself. */
async function parametersOf(script: string): Promise<readonly OwnOption[]> {
  if (script !== 'query') return [];
  const { parameters } = await import('../queries/parameters.ts');
  const isSetBy = (value: string | undefined): boolean => (value ?? '') !== '';
  const own = Object.keys(parameters).map((name) => {
    return { name, flags: `--${name} <${name}>`, isSetBy };
  });
  const more = queryOptions.filter(({ long }) => long !== '--help').map(optionOf);
  return [...own, ...more.filter(({ name }) => !(name in parameters))];
}
