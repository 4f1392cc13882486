/**
 * `get`: any GET request of Strava's API for one athlete. It uses the athlete's login and the
 * application's quota as the sync does, and prints Strava's JSON.
 */
import { requireClient } from '../../config/client.ts';
import { noReserve } from '../../domain/rate-limit/quota.ts';
import type { ExitCode } from '../../errors.ts';
import type { StravaRequestError } from '../../strava-errors.ts';
import { exitCodes, StravaUnavailableError } from '../../errors.ts';
import type { Strava } from '../../main.ts';
import { commandDeadlineMs, openDatabase, openStrava } from '../../main.ts';
import type { Program } from '../../program.ts';
import { waitForQuota } from '../../sync/retry.ts';
import { chooseAthlete } from '../shared/athlete-choice.ts';
import { writeToStream } from '../shared/text/output.ts';
import { athleteOf } from '../shared/period-options.ts';
import { retryRequest } from '../shared/strava-retry.ts';
import { loggedTime, readerOf } from '../shared/text/time-text.ts';
import type { GetRequest } from './options.ts';
import { requestOf } from './options.ts';
import { jsonTextOf } from './responses.ts';

export interface GetOptions {
  readonly path: string;
  /** `key=value`, one for each `--param`. */
  readonly param: readonly string[];
  readonly athlete?: string;
  /** False with `--no-wait`. */
  readonly wait: boolean;
}

/**
 * @throws UsageError, NoAthleteError; QuotaSpentError with `--no-wait`; StravaRequestError for what Strava
 * rejects; StravaUnavailableError after ten minutes of transient failures.
 */
export async function get(program: Program, options: GetOptions): Promise<ExitCode> {
  const { config, stdout, signal } = program;
  requireClient(config);
  const request = requestOf(options.path, options.param, config.strava.apiUrl);
  const wanted = athleteOf(options);
  const database = await openDatabase(program, commandDeadlineMs);
  try {
    const athleteId = await chooseAthlete(database, wanted);
    const strava = await openStrava(program, database);
    const session = { program, strava, athleteId, request };
    await writeToStream(stdout, lineOf(session, !options.wait), signal);
    return exitCodes.done;
  } finally {
    await database.close();
  }
}

interface GetSession {
  readonly program: Program;
  readonly strava: Strava;
  readonly athleteId: number;
  readonly request: GetRequest;
}

async function* lineOf(session: GetSession, failOnQuota: boolean): AsyncGenerator<string> {
  const text = await fetchJson(session, failOnQuota);
  yield text.endsWith('\n') ? text : `${text}\n`;
}

/** Waits for the quota outside, and repeats what fails transiently inside. */
function fetchJson(session: GetSession, failOnQuota: boolean): Promise<string> {
  const { program, strava } = session;
  const { clock, signal, log } = program;
  const waiting = {
    ...{ clock, signal, failOnQuota },
    nowMs: () => strava.quota.nowMs(),
    onWait: (opensAt: Date) => {
      log.info(`Quota spent, waiting until ${loggedTime(opensAt, readerOf(program))}.`);
    },
  };
  return waitForQuota(waiting, () =>
    retryRequest(program, () => fetchOnce(session), {
      isRetriable: ({ isTransient }) => isTransient,
      warning: ({ message }) => `Strava is away (${message}); trying again.`,
      giveUp: (error) => (error.isTransient ? unavailable(error) : error),
    }),
  );
}

function unavailable(error: StravaRequestError): StravaUnavailableError {
  return new StravaUnavailableError(`Strava does not answer (${error.message})`, { cause: error });
}

async function fetchOnce({ program, strava, athleteId, request }: GetSession): Promise<string> {
  const options = { reserve: noReserve, signal: program.signal };
  // A login without the scope for this request stays valid for the sync.
  const { maxStreamsBytes: maxBytes } = program.config.strava;
  const sent = { ...request, isScopeOptional: true, maxBytes };
  return jsonTextOf(await strava.client.get(athleteId, sent, options), request.what);
}
