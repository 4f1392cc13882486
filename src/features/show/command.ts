/**
 * `show`: one stored activity. It reads only the database.
 */
import type { Document } from 'mongodb';
import { commandLine } from '../../domain/invocation.ts';
import type { ExitCode } from '../../errors.ts';
import { exitCodes, UsageError } from '../../errors.ts';
import { openDatabaseToRead } from '../../main.ts';
import { int64, jsonFromBson } from '../../mongo/base/bson-value.ts';
import { findRecording } from '../../mongo/streams/recordings.ts';
import type { Program } from '../../program.ts';
import { activityIdOf } from '../shared/activity-id.ts';
import { jsonText } from '../shared/text/json-text.ts';
import { readUnits } from '../shared/text/units.ts';
import { activityText } from './report.ts';

export interface ShowOptions {
  readonly units?: string;
  readonly json: boolean;
}

/** @throws UsageError if there is no such activity. */
export async function show(
  program: Program,
  given: string,
  { units, json }: ShowOptions,
): Promise<ExitCode> {
  const id = activityIdOf(given);
  const system = units === undefined ? program.config.page.units : readUnits(units);
  const database = await openDatabaseToRead(program);
  const { store } = database;
  try {
    // JSON is exact: an int64 beyond a double's reach stays what it is.
    const options = json ? { useBigInt64: true } : {};
    const activity = await store.activities.findOne<Document>({ _id: int64(id) }, options);
    if (activity === null) {
      throw new UsageError(
        `There is no activity ${id} in the database: ${commandLine('list')} shows some.`,
      );
    }
    if (json) program.print(jsonText(jsonFromBson(activity)));
    else {
      const recording = await findRecording(store, id);
      program.print(activityText(program, { activity, recording }, system));
    }
    return exitCodes.done;
  } finally {
    await database.close();
  }
}
