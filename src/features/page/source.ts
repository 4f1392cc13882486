/**
 * The database of the page, which may be away.
 */
import type { Database } from '../../main.ts';

export interface PageSource {
  /** Undefined while MongoDB is away or not open yet. */
  readonly database: () => Database | undefined;
  /** Aborted when the page closes: then nothing is read or sent any more. */
  readonly closed?: AbortSignal;
}
