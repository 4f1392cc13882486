/**
 * Writes docs/commands.md from the commands' own definitions.
 */
import type { Command } from 'commander';
import { examplesOf } from './examples.ts';
import { pathOf } from './help.ts';
import { exitCodes } from '../errors.ts';

const introduction = `# Commands

Each command is an npm script. \`bin/domestique\` gives the same commands without npm, from any folder: \`bin/domestique status --json\`. An [installed package](deployment.md#as-an-npm-package) has them as \`domestique\`. [Usage](usage.md) explains the larger ones.

Options come after \`--\`, and each command knows \`--help\`: \`npm run sync -- --help\`. Without \`--\`, npm keeps an option for itself: \`npm run sync --dry-run\` does nothing, names the right line and ends with 2.
Only \`--json\`, \`--force\`, \`--yes\` and \`--no-browser\` go unnoticed there, because npm has options of these names. npm also takes \`-q\` and \`--verbose\` as its own, which the log says; \`--no-color\` has its effect there too; \`-v\` prints npm's version.

\`--json\` prints one JSON document on stdout. Logs and progress go to stderr: progress as bars on a terminal, elsewhere as a line after two seconds (of \`sync\` at once) and then one every 30 seconds. Use \`npm run -s\` with it, so that npm prints nothing else:

\`\`\`sh
npm run -s status -- --json
\`\`\`

A command that fails prints \`{"error":{"code":"NO_ATHLETE","message":"…"}}\` instead, unless its result is printed already. [Errors](errors.md) explains each code.

Texts name times in the time zone of the terminal (\`TZ\`), with the date where it is not today: \`20:15 (in 9 minutes)\`. Logs and JSON have UTC.
A name or another text that Strava sent is shown on one line, without the characters that act on a terminal: control characters, and those that change the direction of text. JSON has them as escapes such as \`\\u001b\`, so its values are exact.
A result that cannot be written, for example on a full disk, is one sentence and exit code 1. A reader that ends early (\`| head -1\`) is a normal end.

This page is generated from the definitions of the commands; a test compares the two. To regenerate it:

    npm exec vitest run test/command-line/page.test.ts -- -u`;

/** Where more is said about a command. */
const more: Readonly<Record<string, string>> = {
  init: '[Init](usage.md#init)',
  auth: '[Login without a browser](usage.md#login-without-a-browser), [scopes](usage.md#scopes)',
  logout: '[Log out](data-and-privacy.md#log-out)',
  completion: '[Completion](usage.md#completion)',
  config: '[Configuration](configuration.md)',
  start: '[The daemon](usage.md#the-daemon)',
  sync: '[Sync](usage.md#sync)',
  verify: '[Verify](usage.md#verify)',
  get: '[Get](usage.md#get)',
  'webhook subscribe': '[Webhooks](webhooks.md)',
  status: '[From cron](monitoring.md#from-cron)',
  query: '[Cookbook](cookbook.md), [querying](querying.md#from-the-command-line)',
  list: '[List, show and open](usage.md#list-show-and-open)',
  show: '[List, show and open](usage.md#list-show-and-open)',
  open: '[List, show and open](usage.md#list-show-and-open)',
  export: '[Export](usage.md#export)',
  backup: '[Backup](backup.md)',
  restore: '[Backup](backup.md#restoring-one)',
  erase: '[Erase](data-and-privacy.md#erase)',
  'keys new': '[Encrypted logins](data-and-privacy.md#encrypted-logins)',
  'keys rotate': '[Encrypted logins](data-and-privacy.md#encrypted-logins)',
  doctor: '[Doctor](usage.md#doctor)',
  health: '[Health](monitoring.md#health)',
  db: '[Embedded MongoDB](embedded-mongodb.md)',
};

const meanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  done: 'done, or the daemon was stopped by a signal',
  failed:
    'failed for a reason outside of the program: Strava or MongoDB is unavailable, or the output cannot be written',
  usage: 'wrong usage or configuration',
  authorization:
    'no athlete has logged in yet, or an athlete or the application has to be authorized again; with `status --check`, any action is required of you',
  differences: '`verify` found differences that are still there',
  later:
    "the quota is spent or another process holds the athlete's lease, and you gave `--no-wait` or, for the quota, `--dry-run`; or `erase`, `import` or `rebuild` could not get it in a minute: run the command again later, nothing is lost",
  interrupted:
    "SIGINT (Ctrl-C) interrupted the command; 128 plus the signal's number for others, so 143 for SIGTERM",
};

const exitCodesEnd = `If several codes apply, the first of 2, 3, 1, 4, 75 wins. Parked activities alone give 0, and the summary names them.
An interrupted command says what was done and what is left, and its exit code is always that of the signal. \`start\` and \`db\` run until they are stopped, so a signal ends them with 0.
A command keeps trying for ten minutes while Strava or MongoDB is unavailable, then ends with 1. \`status\`, \`accounts\`, \`query\`, \`list\` and \`show\` end with 1 within five seconds, with the reason. The daemon keeps trying. [Errors](errors.md) lists every error with its code.`;

/** The whole page; `program` has all of the commands. */
export function commandsText(program: Command): string {
  const groups = Map.groupBy(program.commands, (command) => command.helpGroup());
  const sections = [...groups].map(([heading, commands]) =>
    [`## ${heading.replace(/:$/, '')}`, ...commands.flatMap(leavesOf).map(sectionOf)].join('\n\n'),
  );
  const parts = [introduction, ...sections, globalText(program), exitCodesText()];
  return `${parts.join('\n\n')}\n`;
}

/** The commands that do something. */
function leavesOf(command: Command): readonly Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leavesOf);
}

function sectionOf(command: Command): string {
  const path = pathOf(command);
  const examples = examplesOf(path).map(({ line, purpose }) => `${line}    # ${purpose}`);
  const link = more[path];
  return [
    `### ${path}`,
    sentence(command.description()) + (link === undefined ? '' : ` More: ${link}.`),
    ...tableText('argument or option', rowsOf(command)),
    `\`\`\`sh\n${examples.join('\n')}\n\`\`\``,
  ].join('\n\n');
}

function rowsOf(command: Command): readonly Row[] {
  const helper = command.createHelp();
  const options = helper.visibleOptions(command).filter(({ long }) => long !== '--help');
  return [
    ...command.registeredArguments.map((one): Row => [
      one.required ? `<${one.name()}>` : `[${one.name()}]`,
      helper.argumentDescription(one),
    ]),
    ...options.map((option): Row => [option.flags, helper.optionDescription(option)]),
  ];
}

function globalText(program: Command): string {
  const rows = program.options.map(({ flags, description }): Row => [flags, description]);
  return [
    '## Options of every command',
    "They come before or after the command's name, and `-q` and `-v` win over `LOG_LEVEL`. The variable [`NO_COLOR`](https://no-color.org) has the effect of `--no-color`. The version is also in `status --json`, in the daemon's first line in the log, and at `/livez`.",
    ...tableText('option', [...rows, ['-h, --help', 'the help of the command']]),
  ].join('\n\n');
}

function exitCodesText(): string {
  const rows = Object.entries(meanings).map(([name, meaning]) => {
    const code = new Map<string, number>(Object.entries(exitCodes)).get(name);
    return `| ${String(code)} | ${meaning} |`;
  });
  const table = ['| code | meaning |', '|---|---|', ...rows].join('\n');
  return ['## Exit codes', table, exitCodesEnd].join('\n\n');
}

type Row = readonly [code: string, meaning: string];

/** No table without rows. */
function tableText(head: string, rows: readonly Row[]): readonly string[] {
  if (rows.length === 0) return [];
  const lines = rows.map(
    ([code, meaning]) => `| \`${code}\` | ${meaning.replaceAll('|', '\\|')} |`,
  );
  return [[`| ${head} | meaning |`, '|---|---|', ...lines].join('\n')];
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
