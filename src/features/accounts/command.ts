/**
 * `accounts`: the stored logins, without their tokens, and the answer about an athlete's details. It makes
 * no request to Strava and needs no client secret; without a client id it lists the logins of every
 * application.
 */
import type { ExitCode } from '../../errors.ts';
import { exitCodes, UsageError } from '../../errors.ts';
import { openDatabaseToRead } from '../../main.ts';
import { erasureOf } from '../../mongo/athletes/erasing.ts';
import { otherLogins } from '../../mongo/tokens/other-applications.ts';
import type { Program } from '../../program.ts';
import { describeNoAthlete, describeOthers } from '../shared/other-applications.ts';
import { table } from '../shared/text/text-format.ts';
import type { Reader } from '../shared/text/time-text.ts';
import { readerOf, timeText } from '../shared/text/time-text.ts';
import { answerDetails } from './details.ts';
import type { Account } from './store.ts';
import { readAccounts } from './store.ts';

export interface AccountsOptions {
  /** An answer to store; undefined lists the logins. */
  readonly details?: boolean;
  /** Whose answer it is. */
  readonly athlete?: string;
  readonly json: boolean;
}

/** @throws what {@link answerDetails} throws, UsageError for an athlete without an answer. */
export async function accounts(program: Program, options: AccountsOptions): Promise<ExitCode> {
  const { details, ...rest } = options;
  if (details !== undefined) return answerDetails(program, { isWanted: details, ...rest });
  if (options.athlete !== undefined)
    throw new UsageError('--athlete goes with --details or --no-details.');
  return listAccounts(program, options.json);
}

async function listAccounts(program: Program, json: boolean): Promise<ExitCode> {
  const database = await openDatabaseToRead(program);
  try {
    const { store, application } = database;
    const found = await readAccounts(store, application);
    const others = await otherLogins(store, application);
    if (json) {
      program.print(JSON.stringify({ accounts: found, others: { athletes: others.athletes } }));
      return exitCodes.done;
    }
    if (found.length === 0) program.print(describeNoAthlete(application, others));
    else {
      program.print(table([heading, ...found.map((account) => rowOf(account, readerOf(program)))]));
      const sentence = describeOthers(others);
      if (sentence !== undefined) program.print(sentence);
    }
    return exitCodes.done;
  } finally {
    await database.close();
  }
}

const heading = ['Athlete', 'Name', 'Application', 'Tokens of', 'Scopes', 'State'];

function rowOf(
  { athleteId, name, clientId, obtainedAt, scope, needsAuthorization }: Account,
  reader: Reader,
) {
  return [
    String(athleteId),
    name || 'unnamed',
    clientId ?? 'unknown',
    obtainedAt === null ? 'unknown' : timeText(obtainedAt, reader),
    scope === null ? 'unknown' : scope.join(', '),
    stateOf(needsAuthorization, reader),
  ];
}

function stateOf(mark: Account['needsAuthorization'], reader: Reader): string {
  if (mark === null) return 'logged in';
  const since = timeText(mark.since, reader);
  return erasureOf(mark.reason) === undefined
    ? `to log in again since ${since}: ${mark.reason}`
    : `${mark.reason} since ${since}`;
}
