/**
 * What a command is given of the process it runs in, so that nothing else has to touch it.
 */
import type { Logger } from 'pino';
import type { Clock } from './clock.ts';
import type { Config } from './config/config.ts';
import type { LoadOptions } from './config/load.ts';
import type { Owner } from './owner.ts';

export interface Program {
  readonly config: Config;
  /** Where the configuration came from. */
  readonly configSource: LoadOptions;
  readonly log: Logger;
  readonly clock: Clock;
  readonly random: () => number;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly pid: number;
  readonly host: string;
  /** This process among all others, here and elsewhere. */
  readonly owner: Owner;
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  /** Writes the result to stdout. */
  readonly print: (text: string) => void;
  /** The answer where it is too long for one piece, as `export` has it. */
  readonly stdout: NodeJS.WritableStream;
  /** What accompanies the answer, on stderr: prompts, the progress bar. */
  readonly stderr: NodeJS.WriteStream;
  readonly isTerminal: boolean;
}
