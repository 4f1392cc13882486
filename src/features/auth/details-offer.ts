/**
 * Offers the details at the first login: they cost one more request for each activity, so a person decides.
 * The reply is stored with the athlete and holds until another one; the setting wins.
 */
import { formatDuration } from '../../domain/duration.ts';
import type { EstimateFacts } from '../../domain/rate-limit/estimate.ts';
import { estimateEndMs } from '../../domain/rate-limit/estimate.ts';
import { detailsChoiceOf, saveDetailsAnswer } from '../../mongo/athletes/details-choice.ts';
import { readListTotals } from '../../mongo/athletes/list-totals.ts';
import { createAsk } from '../shared/prompt.ts';
import { detailsCommand, settingWinsText } from '../shared/status/details-source.ts';
import { readBacklogPlan } from '../shared/sync-run.ts';
import { counted } from '../shared/text/text-format.ts';
import type { Login } from './athlete.ts';
import { nameOf } from './report.ts';
import type { LoginSession } from './session.ts';

/** The terminal's input. */
export type Input = NodeJS.ReadableStream & { readonly isTTY?: boolean };

export interface DetailsOffer {
  /** The option `--details` or `--no-details`; undefined without either. */
  readonly given: boolean | undefined;
  /** Undefined where nobody is to be asked. */
  readonly input: Input | undefined;
}

/** Stores the answer of the option or of the terminal; returns what to say of it, undefined for nothing. */
export async function offerDetails(
  session: LoginSession,
  login: Login,
  { given, input }: DetailsOffer,
): Promise<string | undefined> {
  const { program, database } = session;
  const { athleteId } = login;
  const setting = program.config.sync.shouldFetchDetails;
  const save = (isWanted: boolean): Promise<void> => {
    const at = new Date(program.clock.nowMs());
    return saveDetailsAnswer(database.store, athleteId, { isWanted, at });
  };
  if (given !== undefined) {
    await save(given);
    return savedText(athleteId, given, setting);
  }
  if (setting !== undefined || input?.isTTY !== true || !program.isTerminal) return undefined;
  if ((await detailsChoiceOf(database.store, athleteId)) !== undefined) return undefined;
  const reply = await askForDetails(session, login, input);
  if (reply === undefined) {
    return 'No answer: the details are not fetched, and the next login asks again.';
  }
  await save(reply);
  return savedText(athleteId, reply, setting);
}

function savedText(athleteId: number, isWanted: boolean, setting: boolean | undefined): string {
  const what = isWanted ? 'fetched' : 'not fetched';
  return (
    settingWinsText(isWanted, setting) ??
    `The details are ${what}. To change that, run ${detailsCommand(!isWanted, athleteId)}, or set SYNC_DETAILS.`
  );
}

/** Undefined after Ctrl-C and at the end of the input. */
async function askForDetails(
  session: LoginSession,
  login: Login,
  input: Input,
): Promise<boolean | undefined> {
  const { stderr: output, signal } = session.program;
  const ask = createAsk({ input, output, signal });
  const question = `Fetch descriptions, laps and segment efforts of ${nameOf(login)} too? ${await costOf(session, login)} [y/N] `;
  for (;;) {
    const reply = await ask(question);
    if (reply === undefined) return undefined;
    if (/^(no?)?$/i.test(reply)) return false;
    if (/^y(es)?$/i.test(reply)) return true;
  }
}

async function costOf(session: LoginSession, { athleteId }: Login): Promise<string> {
  const { program, database, strava } = session;
  const { stored, counted: known } = await readListTotals(database.store, [athleteId]);
  const facts = {
    nowMs: strava.quota.nowMs(),
    state: strava.quota.known(),
    settings: strava.quota.settings,
    plan: await readBacklogPlan(session),
    requestsPerHour: await database.runs.requestsPerHour(),
  };
  const { shouldFetchStreams } = program.config.sync;
  return costText(Math.max(stored, known ?? 0), shouldFetchStreams, facts);
}

/** An example for an athlete of whom no total is known. */
const exampleActivities = 1_000;

/** What the details of so many activities cost; 0 where it is not known how many there are. Pure. */
export function costText(
  activities: number,
  areStreamsFetched: boolean,
  facts: EstimateFacts,
): string {
  const requests = activities === 0 ? exampleActivities : activities;
  // The streams come first, and take the same quota.
  const before = areStreamsFetched ? requests : 0;
  const moreMs = estimateEndMs(before + requests, facts) - estimateEndMs(before, facts);
  const duration = formatDuration(Math.max(1_000, moreMs));
  const howMany = counted(requests, 'activity', 'activities');
  const whose = activities === 0 ? `for each ${howMany}` : `for ${howMany}`;
  return `One more request for each activity (about ${duration} more ${whose}).`;
}
