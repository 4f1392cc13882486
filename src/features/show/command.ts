/**
 * `show`: one stored activity. It reads only the database.
 */
import type { Document } from 'mongodb';
import { ObjectId } from 'mongodb';
import { commandLine } from '../../domain/invocation.ts';
import type { ExitCode } from '../../errors.ts';
import { exitCodes, UsageError } from '../../errors.ts';
import { openDatabaseToRead } from '../../main.ts';
import { int64, jsonFromBson } from '../../mongo/base/bson-value.ts';
import type { Store } from '../../mongo/schema/collections.ts';
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
      const [recording, route] = [await findRecording(store, id), await routeOf(store, activity)];
      program.print(activityText(program, { activity, recording, route }, system));
    }
    return exitCodes.done;
  } finally {
    await database.close();
  }
}

/** Undefined for an activity without one. */
async function routeOf({ db }: Store, { derived }: Document): Promise<Document | undefined> {
  const { route } = Object(derived) as { readonly route?: unknown };
  if (!(route instanceof ObjectId)) return undefined;
  const fields = { count: 1, best_moving_time: 1, usual_moving_time: 1 };
  const found = await db.collection('routes').findOne({ _id: route }, { projection: fields });
  return found ?? undefined;
}
