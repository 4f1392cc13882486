/**
 * `init`: asks for what a real account needs, checks each reply at once, and writes secrets.json.
 * It connects to nothing.
 */
import { basename, dirname } from 'node:path';
import type { UserFile } from '../../config/exposure.ts';
import { formatOf } from '../../config/formats.ts';
import type { LoadOptions, Resolution } from '../../config/load.ts';
import { loadConfig, originsOfSettings, userFile } from '../../config/load.ts';
import type { Setting } from '../../config/settings.ts';
import { commandLine } from '../../domain/invocation.ts';
import type { ExitCode } from '../../errors.ts';
import { ConfigurationError, exitCodes, OutputFailedError, UsageError } from '../../errors.ts';
import { canWriteIn, makeFolder } from '../../make-folder.ts';
import type { Program } from '../../program.ts';
import { outputFailed } from '../../process/standard-streams.ts';
import type { Ask } from '../shared/prompt.ts';
import { createAsk } from '../shared/prompt.ts';
import type { Question } from './questions.ts';
import { questions } from './questions.ts';
import { changeSecretsFile } from './secrets-file.ts';

/** The terminal's input. */
type Input = NodeJS.ReadableStream & { readonly isTTY?: boolean };

/**
 * Returns the program with its new settings if the user wants to log an athlete in now, else the exit code.
 * @throws UsageError without a terminal, ConfigurationError for what it cannot repair, OutputFailedError if the file cannot be written.
 */
export async function init(program: Program, input: Input): Promise<Program | ExitCode> {
  const { print, signal, stderr, configSource } = program;
  const file = userFile(configSource, 'secrets.json');
  if (input.isTTY !== true || !program.isTerminal) {
    throw new UsageError(
      `init asks questions, and there is no terminal: set STRAVA_CLIENT_ID and STRAVA_CLIENT_SECRET, or write ${file.name} by hand.`,
    );
  }
  assertRepairable(configSource, file);
  await assertWritable(file);
  const ask = createAsk({ input, output: stderr, signal });
  const replies = await askAll({
    ask,
    print,
    file,
    origins: originsOfSettings(configSource),
  });
  if (replies === undefined) {
    print('\nStopped. Nothing was written.');
    return exitCodes.interrupted;
  }
  if (replies.size > 0) {
    await makeParent(file);
    await changeSecretsFile(file.path, replies, signal);
    print(`\nWrote ${file.name}; only you can read it.`);
  } else {
    print('\nNothing was changed.');
  }
  const config = loadConfig(configSource);
  const reply = await ask('Log an athlete in at Strava now? [Y/n] ');
  if (reply !== undefined && /^(y(es)?)?$/i.test(reply)) return { ...program, config };
  print(`${reply === undefined ? '\n' : ''}Next: ${commandLine('auth')} logs an athlete in.`);
  return exitCodes.done;
}

/** Whether the questions replace everything that is wrong. @throws ConfigurationError with the rest. */
function assertRepairable(source: LoadOptions, { name }: UserFile): void {
  const replaced = questions.flatMap(({ settings }) => settings.map(({ keyPath }) => keyPath));
  try {
    loadConfig(source);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const others = error.problems.filter(
      (problem) => !replaced.some((keyPath) => problem.startsWith(`${name}, ${keyPath}: `)),
    );
    if (others.length > 0) throw new ConfigurationError(others, { cause: error });
  }
}

/** Before the first question, so that no reply is lost. @throws OutputFailedError */
async function assertWritable({ path }: UserFile): Promise<void> {
  if (await canWriteIn(dirname(path))) return;
  throw new OutputFailedError(
    `The folder ${dirname(path)} cannot be written, and ${basename(path)} belongs there. Nothing was asked or written.`,
  );
}

async function makeParent({ path }: UserFile): Promise<void> {
  try {
    await makeFolder(dirname(path), 0o700);
  } catch (error) {
    throw outputFailed(dirname(path), error);
  }
}

interface Dialogue {
  readonly ask: Ask;
  readonly print: (text: string) => void;
  readonly origins: Resolution['origins'];
  readonly file: UserFile;
}

/** The changes of all replies; undefined if the user stopped. */
async function askAll(dialogue: Dialogue): Promise<Map<string, string | undefined> | undefined> {
  const changes = new Map<string, string | undefined>();
  for (const question of questions) {
    dialogue.print(`\n${question.explanation}`);
    const isAsked = await isToBeAsked(dialogue, question);
    if (isAsked === undefined) return undefined;
    if (!isAsked) continue;
    const reply = await askUntilRight(dialogue, question);
    if (reply === undefined) return undefined;
    const setting = question.settingOf(reply);
    for (const { keyPath } of question.settings) {
      if (dialogue.origins.has(keyPath)) changes.set(keyPath, undefined);
    }
    if (reply !== '') changes.set(setting.keyPath, reply);
  }
  return changes;
}

/** A value of the file is replaced only if the user says so, one of another place never; undefined if stopped. */
async function isToBeAsked(
  { ask, print, origins, file }: Dialogue,
  { name, settings }: Question,
): Promise<boolean | undefined> {
  const setting = settings.find(({ keyPath }) => origins.has(keyPath));
  const origin = origins.get(setting?.keyPath ?? '');
  if (setting === undefined || origin === undefined) return true;
  if (origin.source !== file.name) {
    print(`${name} is set already (${origin.source}).`);
    return false;
  }
  const problem = problemOf(setting, origin.text);
  if (problem !== undefined) {
    print(`${name} in ${file.name} is wrong: it ${problem}.`);
    return true;
  }
  const reply = await ask(`${name} is set already in ${file.name}. Replace it? [y/N] `);
  return reply === undefined ? undefined : /^y(es)?$/i.test(reply);
}

async function askUntilRight(
  { ask, print }: Dialogue,
  { name, settings: [{ sensitive: isHidden = false }], settingOf, isOptional }: Question,
): Promise<string | undefined> {
  for (;;) {
    const reply = await ask(`${name}${isHidden ? ' (not shown)' : ''}: `, { isHidden });
    if (reply === undefined || (reply === '' && isOptional)) return reply;
    const problem = reply === '' ? 'is needed' : problemOf(settingOf(reply), reply);
    if (problem === undefined) return reply;
    print(`${name} ${problem}.`);
  }
}

function problemOf(setting: Setting, text: string): string | undefined {
  const { coerce, problem } = formatOf(setting.format);
  return problem(coerce?.(text) ?? text, setting);
}
