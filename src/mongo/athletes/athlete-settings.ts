/**
 * The settings of each athlete in the athlete's document, where views and other programs read them.
 */
import { isDeepStrictEqual } from 'node:util';
import type { GivenAthleteSettings } from '../../domain/athlete-settings.ts';
import { settingsOfAthlete } from '../../domain/athlete-settings.ts';
import { int64, toNumber } from '../base/bson-value.ts';
import type { AthleteDocument, Store } from '../schema/collections.ts';
import type { Application } from '../schema/definitions/application.ts';
import { everyApplication } from '../schema/definitions/application.ts';

type StoredSettings = NonNullable<AthleteDocument['settings']>;

/**
 * Writes what differs and makes no document. Athletes with a login of another application are left to the
 * processes of that one, which have settings of their own. A process without a client id serves every
 * application, and takes nothing away where it has no such settings.
 */
export async function saveAthleteSettings(
  store: Pick<Store, 'db' | 'athletes'>,
  application: Application,
  given: GivenAthleteSettings,
): Promise<void> {
  const isGiven = Object.values(given).some(({ length }) => length > 0);
  if (!isGiven && application === everyApplication) return;
  const filter = isGiven ? {} : { settings: { $exists: true } };
  const found = await store.db
    .collection<AthleteDocument>('athletes')
    .find({ _id: { $gt: int64(0) }, ...filter }, { projection: { settings: 1 } })
    .toArray();
  const different = found
    .map(({ _id, settings }) => ({ _id, settings, wanted: toStored(given, toNumber(_id)) }))
    .filter(({ settings, wanted }) => !isDeepStrictEqual(settings, wanted));
  if (different.length === 0) return;
  const others = await idsOfOthers(store, application);
  for (const { _id, wanted } of different) {
    if (others.has(toNumber(_id))) continue;
    const update =
      wanted === undefined ? { $unset: { settings: '' as const } } : { $set: { settings: wanted } };
    await store.athletes.updateOne({ _id }, update);
  }
}

async function idsOfOthers(
  { db }: Pick<Store, 'db'>,
  application: Application,
): Promise<ReadonlySet<number>> {
  if (application === everyApplication) return new Set();
  const filter = { _id: { $gt: int64(0) }, client_id: { $nin: [application, null] } };
  const projection = { _id: 1 };
  const logins = db.collection<AthleteDocument>('tokens').find(filter, { projection });
  return new Set((await logins.toArray()).map(({ _id }) => toNumber(_id)));
}

function toStored(given: GivenAthleteSettings, athleteId: number): StoredSettings | undefined {
  const { restingHeartrate, maxHeartrate, sex } = settingsOfAthlete(given, athleteId);
  const settings = {
    ...(restingHeartrate !== undefined && { resting_heartrate: restingHeartrate }),
    ...(maxHeartrate !== undefined && { max_heartrate: maxHeartrate }),
    ...(sex !== undefined && { sex }),
  };
  return Object.keys(settings).length === 0 ? undefined : settings;
}
