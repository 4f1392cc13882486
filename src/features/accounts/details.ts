/**
 * Changes an athlete's answer about the details without another login, and says what follows from it.
 */
import { exitCodes } from '../../errors.ts';
import type { ExitCode } from '../../errors.ts';
import { commandLine } from '../../domain/invocation.ts';
import { commandDeadlineMs, openDatabase } from '../../main.ts';
import { saveDetailsAnswer } from '../../mongo/athletes/details-choice.ts';
import type { Program } from '../../program.ts';
import { chooseAthlete } from '../shared/athlete-choice.ts';
import { athleteOf } from '../shared/period-options.ts';
import { settingWinsText } from '../shared/status/details-source.ts';
import type { Figures } from '../shared/status/report.ts';
import { readFigures } from '../shared/status/report.ts';
import { counted, number } from '../shared/text/text-format.ts';

export interface DetailsAnswer {
  readonly isWanted: boolean;
  readonly athlete?: string;
  readonly json: boolean;
}

/** @throws UsageError if several athletes have logged in and none is named, NoAthleteError. */
export async function answerDetails(program: Program, answer: DetailsAnswer): Promise<ExitCode> {
  const { isWanted, json } = answer;
  const wanted = athleteOf(answer);
  const database = await openDatabase(program, commandDeadlineMs);
  try {
    const athleteId = await chooseAthlete(database, wanted);
    const at = new Date(program.clock.nowMs());
    await saveDetailsAnswer(database.store, athleteId, { isWanted, at });
    const figures = await readFigures(program, database);
    const setting = program.config.sync.shouldFetchDetails;
    program.print(
      json
        ? JSON.stringify(jsonOf(athleteId, figures))
        : (settingWinsText(isWanted, setting) ?? followsText(athleteId, isWanted, figures)),
    );
    return exitCodes.done;
  } finally {
    await database.close();
  }
}

function jsonOf(athleteId: number, { athletes, toDo }: Figures) {
  const found = athletes.find((one) => one.athleteId === athleteId);
  const { detailsSource = null, detailsToDo = 0 } = found ?? {};
  return { athlete: athleteId, detailsSource, detailsToDo, toDo };
}

/** What an answer leads to: the requests, how long they take, and who makes them. Pure. */
export function followsText(
  athleteId: number,
  isWanted: boolean,
  { athletes, toDo, quota, daemons }: Pick<Figures, 'athletes' | 'toDo' | 'quota' | 'daemons'>,
): string {
  const whose = `The details of athlete ${athleteId} are`;
  if (!isWanted) return `${whose} not fetched. Those that are stored stay.`;
  const found = athletes.find((one) => one.athleteId === athleteId);
  const missing = found?.detailsToDo ?? 0;
  if (missing === 0) return `${whose} fetched. None of a stored activity is missing.`;
  const next =
    daemons.length === 0
      ? `${commandLine('sync')} fetches them.`
      : 'The daemon begins at its next poll.';
  const streams = toDo.streams === 0 ? '' : `, after the streams of ${number(toDo.streams)}`;
  return `${whose} fetched: ${counted(missing, 'request')}${streams}. All that is to do takes about ${toDo.duration} at ${number(quota.daily.limit)} requests a day. ${next}`;
}
