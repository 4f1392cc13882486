/**
 * `list`: the stored activities, the newest first. It reads only the database.
 */
import type { Document } from 'mongodb';
import type { ExitCode } from '../../errors.ts';
import { exitCodes } from '../../errors.ts';
import { openDatabaseToRead } from '../../main.ts';
import { jsonFromBson } from '../../mongo/base/bson-value.ts';
import type { Program } from '../../program.ts';
import {
  assertStoredAthlete,
  emptyHint,
  matchOf,
  withStoredNames,
} from '../shared/activity-filter.ts';
import { outputWidth } from '../shared/text/fitted-table.ts';
import { jsonText } from '../shared/text/json-text.ts';
import { writeNote } from '../shared/text/output.ts';
import { presented } from '../shared/text/presentation.ts';
import { counted, number } from '../shared/text/text-format.ts';
import type { ListOptions, ListOrder } from './options.ts';
import { listOrderOf } from './options.ts';
import { rowOf, shown } from './rows.ts';

export async function list(program: Program, options: ListOptions): Promise<ExitCode> {
  const order = listOrderOf(options, program.clock.nowMs());
  const database = await openDatabaseToRead(program);
  const { store } = database;
  try {
    await assertStoredAthlete(store, order.filter);
    const match = matchIn(order, matchOf(await withStoredNames(store, order.filter)));
    const [found, count] = await Promise.all([
      store.activities
        .find<Document>(match, { projection: shown })
        .sort({ start_date: -1 })
        .limit(order.limit)
        .toArray(),
      store.activities.countDocuments(match),
    ]);
    print(program, { order, found, count, isJson: options.json });
    if (found.length === 0 && (await store.activities.estimatedDocumentCount()) === 0) {
      writeNote(program, emptyHint);
    }
    return exitCodes.done;
  } finally {
    await database.close();
  }
}

/** The text is searched for in the name and the description, in upper and lower case. */
function matchIn({ minMeters, maxMeters, text }: ListOrder, match: Document): Document {
  const distance = {
    ...(minMeters !== undefined && { $gte: minMeters }),
    ...(maxMeters !== undefined && { $lte: maxMeters }),
  };
  const words =
    text === undefined
      ? undefined
      : { $regex: text.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`), $options: 'i' };
  return {
    ...match,
    ...(Object.keys(distance).length > 0 && { distance }),
    ...(words && { $or: [{ name: words }, { description: words }] }),
  };
}

interface Result {
  readonly order: ListOrder;
  readonly found: readonly Document[];
  readonly count: number;
  readonly isJson: boolean;
}

function print(program: Program, { order, found, count, isJson }: Result): void {
  if (isJson) {
    program.print(jsonText(found.map((document) => jsonFromBson(document))));
    return;
  }
  const units = order.units ?? program.config.page.units;
  const presentation = { units, width: outputWidth(program) };
  const rows = found.map(rowOf);
  program.print(rows.length === 0 ? 'Nothing was found.' : presented(rows, presentation));
  if (count > found.length) {
    const all = counted(count, 'activity', 'activities');
    writeNote(program, `The newest ${number(found.length)} of ${all}; --limit shows more.`);
  }
}
