/**
 * How a command is declared and performed.
 */
import type { Command } from 'commander';
import { Option } from 'commander';
import type { ExitCode } from './errors.ts';
import { UsageError } from './errors.ts';
import type { Program } from './program.ts';

/** What a command does with the program. */
export type Action = (program: Program) => ExitCode | Promise<ExitCode>;

/** Adds a command with its name and its description. */
export type Add = (name: string, description: string) => Command;

/** What is special about a command. */
export interface Manner {
  /** It has no end of its own: a signal is how it ends, and no interruption. */
  readonly runsUntilStopped?: boolean;
  /** Its log is for a program, unless it is on a terminal. */
  readonly isDaemon?: boolean;
  /** It is for wrong settings too: its program has the default ones then. */
  readonly toleratesWrongSettings?: boolean;
}

/** Reads an option that may be given several times. */
export const collect = (text: string, earlier: readonly string[]): readonly string[] => [
  ...earlier,
  text,
];

/**
 * Adds an option that has to be given. Commander's own `requiredOption` would be missed before a mistyped
 * name is found.
 */
export function requiredOption(command: Command, flags: string, description: string): Command {
  const option = new Option(flags, `${description} (required)`);
  return command.addOption(option).hook('preAction', (_, acting) => {
    if (acting.getOptionValue(option.attributeName()) === undefined)
      acting.error(`error: required option '${flags}' not specified`);
  });
}

/** Rejects `--name` together with `--no-name`, of which commander would take the last one. */
export function rejectBoth(command: Command, name: string): Command {
  const given = new Set<string>();
  for (const flag of [name, `no-${name}`])
    command.on(`option:${flag}`, () => {
      given.add(flag);
      if (given.size > 1)
        throw new UsageError(`--${name} contradicts --no-${name}: give one of them.`);
    });
  return command;
}

/** Performs an action as the caller decides. */
export type Perform = (action: Action, manner?: Manner) => Promise<void>;
