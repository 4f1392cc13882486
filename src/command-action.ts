/**
 * How a command is declared and performed.
 */
import type { Command } from 'commander';
import type { ExitCode } from './errors.ts';
import type { Program } from './program.ts';

/** What a command does with the program. */
export type Action = (program: Program) => ExitCode | Promise<ExitCode>;

/** Adds a command with its name and its description. */
export type Add = (name: string, description: string) => Command;

/** How a command ends, and for whom it logs. */
export interface Ending {
  /** It has no end of its own: a signal is how it ends, and no interruption. */
  readonly runsUntilStopped: boolean;
  /** Its log is for a program, unless it is on a terminal. */
  readonly isDaemon?: boolean;
}

/** Reads an option that may be given several times. */
export const collect = (text: string, earlier: readonly string[]): readonly string[] => [
  ...earlier,
  text,
];

/** Performs an action as the caller decides. */
export type Perform = (action: Action, ending?: Ending) => Promise<void>;
