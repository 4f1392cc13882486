/**
 * The commands: their names, their options, and what each does. It never touches the process; the
 * caller decides how an action is performed.
 */
import { Argument, Command, Option } from 'commander';
import type { AccountsOptions } from './features/accounts/command.ts';
import type { EraseOptions } from './features/erase/command.ts';
import type { StatusOptions } from './features/status/command.ts';
import type { LogoutOptions } from './features/logout/command.ts';
import type { Add, Perform } from './command-action.ts';
import { rejectBoth, requiredOption } from './command-action.ts';
import { helpConfiguration } from './command-line/help.ts';
import { usageMessage } from './command-line/usage-message.ts';
import { commandLine } from './domain/invocation.ts';
import {
  addBackup,
  addExport,
  addImport,
  addList,
  addOpen,
  addPage,
  addQuery,
  addRebuild,
  addShow,
} from './stored-commands.ts';
import { addAuth, addGet, addSync, addVerify, addWebhook } from './strava-commands.ts';
import { escapeActing } from './terminal-text.ts';
import { programVersion } from './version.ts';

/** The terminal's input. */
type Input = EraseOptions['input'];

function addHealth(add: Add, perform: Perform): void {
  add('health', 'check the health of the running daemon; ends with 0 or 1')
    .option('--json', 'print one JSON document', false)
    .action((options: { json: boolean }) =>
      perform(async (program) =>
        (await import('./features/monitoring/command.ts')).health(program, options),
      ),
    );
}

function addKeys(add: Add, perform: Perform): void {
  const keysCommand = add('keys', 'the keys that encrypt the stored logins (TOKEN_KEY_FILE)');
  keysCommand
    .command('new')
    .description('create the file with a first key')
    .action(() =>
      perform(async (program) => (await import('./features/keys/command.ts')).keys(program, 'new')),
    );
  keysCommand
    .command('rotate')
    .description('add a new key, encrypt every login with it, and remove the old ones')
    .action(() =>
      perform(async (program) =>
        (await import('./features/keys/command.ts')).keys(program, 'rotate'),
      ),
    );
}

function addErase(add: Add, perform: Perform, input: Input): void {
  requiredOption(
    add('erase', 'an athlete leaves: revoke the access, delete everything, print a receipt'),
    '--athlete <id>',
    'whom',
  )
    .option('--yes', 'without confirmation', false)
    .option('--without-revoke', 'leave the access at Strava alone', false)
    .option('--json', 'print one JSON document', false)
    .action((options: Omit<EraseOptions, 'input'>) =>
      perform(async (program) =>
        (await import('./features/erase/command.ts')).erase(program, { ...options, input }),
      ),
    );
}

function addInit(add: Add, perform: Perform, input: Input): void {
  add(
    'init',
    'ask for the settings of a real account, write config/secrets.json, offer the login',
  ).action(() =>
    perform(
      async (program) => {
        const ready = await (await import('./features/init/command.ts')).init(program, input);
        if (typeof ready === 'number') return ready;
        const { auth } = await import('./features/auth/command.ts');
        return auth(ready, { isBrowserWanted: true, isForced: false }, input);
      },
      { toleratesWrongSettings: true },
    ),
  );
}

function addAccounts(add: Add, perform: Perform, input: Input): void {
  const accountsCommand = add('accounts', 'the stored logins, and who has to log in again');
  rejectBoth(accountsCommand, 'details')
    .option('--details', 'fetch descriptions, laps and segment efforts of an athlete from now on')
    .option('--no-details', 'do not fetch them any more')
    .option('--athlete <id>', 'whose details; needed if several have logged in')
    .option('--json', 'print one JSON document', false)
    .action((options: AccountsOptions) =>
      perform(async (program) =>
        (await import('./features/accounts/command.ts')).accounts(program, options),
      ),
    );
  requiredOption(
    add('logout', "revoke an athlete's access and remove the login; the data stays"),
    '--athlete <id>',
    'whom',
  )
    .option('--yes', 'without confirmation', false)
    .option('--json', 'print one JSON document', false)
    .action((options: Omit<LogoutOptions, 'input'>) =>
      perform(async (program) =>
        (await import('./features/logout/command.ts')).logout(program, { ...options, input }),
      ),
    );
}

function addStart(add: Add, perform: Perform): void {
  add(
    'start',
    'run the daemon: poll for new activities by the schedule, until it is stopped',
  ).action(() =>
    perform(async (program) => (await import('./features/daemon/command.ts')).start(program), {
      runsUntilStopped: true,
      isDaemon: true,
    }),
  );
}

function addStatus(add: Add, perform: Perform): void {
  add('status', 'what is stored, what is still to do, the quota, and the actions required of you')
    .option('--json', 'print one JSON document', false)
    .option('--check', 'end with 3 if an action is required of you', false)
    .action((options: StatusOptions) =>
      perform(async (program) =>
        (await import('./features/status/command.ts')).status(program, options),
      ),
    );
}

function addConfig(add: Add, perform: Perform): void {
  add('config', 'the effective configuration, and where each value came from')
    .option('--json', 'print one JSON document', false)
    .action((options: { json: boolean }) =>
      perform(async (program) =>
        (await import('./features/config/command.ts')).config(program, options),
      ),
    );
}

function addDoctor(add: Add, perform: Perform): void {
  add('doctor', 'check what the program needs, and say what to do; ends with 0, 1 or 2')
    .option('--json', 'print one JSON document', false)
    .action((options: { json: boolean }) =>
      perform(
        async (program) => (await import('./features/doctor/command.ts')).doctor(program, options),
        { toleratesWrongSettings: true },
      ),
    );
}

function addDb(add: Add, perform: Perform): void {
  add('db', 'keep the embedded MongoDB running and print its address').action(() =>
    perform(async (program) => (await import('./features/db/command.ts')).db(program), {
      runsUntilStopped: true,
    }),
  );
}

function addDemo(add: Add, perform: Perform): void {
  add('demo', 'the whole job against a simulated Strava: no account, no network').action(() =>
    perform(async (program) => (await import('./features/demo/command.ts')).demo(program)),
  );
}

/** It needs no program: it works before there are settings. */
function addCompletion(add: Add): void {
  add('completion', 'print a script with which bash, zsh or fish completes what is typed')
    .addArgument(new Argument('<shell>', 'the shell').choices(['bash', 'zsh', 'fish']))
    .action(async (shell: string, _: object, command: Command) => {
      const { completionScript } = await import('./command-line/completion.ts');
      const script = completionScript(command.parent ?? command, shell);
      command.configureOutput().writeOut?.(script);
    });
}

type AddCommand = (add: Add, perform: Perform, input: Input) => void;

/** The commands in the groups of the help. */
const groups: readonly (readonly [heading: string, ...AddCommand[]])[] = [
  ['Set up:', addInit, addAuth, addAccounts, addConfig, addCompletion],
  ['Sync:', addStart, addSync, addImport, addVerify, addGet, addWebhook],
  ['Look at your data:', addPage, addStatus, addQuery, addList, addShow, addOpen, addExport],
  ['Keep it safe:', addBackup, addErase, addKeys],
  ['Operate:', addDoctor, addHealth, addRebuild, addDb, addDemo],
];

/** Commander throws for wrong arguments, and after it has printed the help or the version. */
export function createCommands(perform: Perform, input: Input): Command {
  const cli = new Command('domestique')
    .description(
      'Keeps every Strava activity of one or more athletes, with its streams, in a MongoDB that the athlete owns.',
    )
    .version(programVersion(), '--version', 'print the version')
    .addOption(new Option('-q, --quiet', 'only the result and errors').conflicts('verbose'))
    .option('-v, --verbose', 'log debug lines too')
    .option('--no-color', 'no colors on a terminal')
    .configureHelp(helpConfiguration)
    .exitOverride()
    .showHelpAfterError(`The commands: ${commandLine('--help')}`)
    .configureOutput({
      outputError: (text, write) => {
        write(`${escapeActing(usageMessage(text))}\n`);
      },
    });
  const add: Add = (name, description) =>
    cli
      .command(name)
      .description(description)
      .exitOverride()
      .showHelpAfterError(`What it takes: ${commandLine(name, '--help')}`);

  for (const [heading, ...commands] of groups) {
    cli.commandsGroup(heading);
    for (const addCommand of commands) addCommand(add, perform, input);
  }
  return cli;
}
