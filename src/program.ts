/**
 * What a command gets from its process, so that it does not access the process itself.
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
  /** Aborted by SIGINT, SIGTERM, SIGQUIT and SIGHUP. */
  readonly signal: AbortSignal;
  /** Writes the result to stdout, with characters escaped that would act on a terminal. */
  readonly print: (text: string) => void;
  /** For results too long for one piece, such as those of `export`. */
  readonly stdout: NodeJS.WritableStream;
  /** For what accompanies the result: prompts, the progress bar. */
  readonly stderr: NodeJS.WriteStream;
  readonly isTerminal: boolean;
  /** The terminal's time zone, an IANA name. */
  readonly timeZone: string;
  /** Whether only the result and errors are written. */
  readonly isQuiet: boolean;
}
