/** Whether the athletes whom a setting names by id are stored: a mistyped id would be ignored for ever. */
import type { GivenAthleteSettings } from '../../domain/athlete-settings.ts';
import { namedAthletes } from '../../domain/athlete-settings.ts';
import { commandLine } from '../../domain/invocation.ts';
import { int64, toNumber } from '../../mongo/base/bson-value.ts';
import type { Finding } from './check.ts';
import type { Connection } from './connection.ts';
import { withoutDatabase } from './connection.ts';

/** Finds nothing where no setting names an athlete. */
export async function checkAthletes(
  given: GivenAthleteSettings,
  connection: Connection,
): Promise<readonly Finding[]> {
  const named = namedAthletes(given);
  if (named.length === 0) return [];
  const { store } = connection;
  if (store === undefined)
    return [withoutDatabase('The athletes whom ATHLETE_… settings name', connection)];
  const filter = { _id: { $in: named.map(int64) } };
  const found = await store.athletes.find(filter, { projection: { _id: 1 } }).toArray();
  const stored = new Set(found.map(({ _id }) => toNumber(_id)));
  const unknown = named.filter((id) => !stored.has(id));
  return unknown.length === 0
    ? [{ mark: 'ok', found: 'Each athlete whom an ATHLETE_… setting names is stored.' }]
    : [
        {
          mark: 'warning',
          found: `ATHLETE_… settings name athletes who are not stored: ${unknown.join(', ')}.`,
          advice: `${commandLine('accounts')} shows the ids.`,
        },
      ];
}
