/**
 * What every way to fetch a mongod is given, and what it gives.
 */

/** Environment variables, as the composition root hands them down. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What fetching needs from outside. */
export interface FetchOptions {
  env: Environment;
  /** Takes one line of progress at a time. */
  log: (message: string) => void;
  signal?: AbortSignal | undefined;
}

/** One way to fetch a mongod: the path of the binary, or EmbeddedServerError. */
export type Fetcher = (options: FetchOptions) => Promise<string>;
