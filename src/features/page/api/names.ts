/**
 * The names of athletes and gear, by id.
 */
import type { Document } from 'mongodb';
import type { Store } from '../../../mongo/schema/collections.ts';
import { idOf, textOf } from './values.ts';

export interface Names {
  /** Empty where the profile is unknown. */
  readonly athletes: ReadonlyMap<string, string>;
  /** The id where it is unknown. */
  readonly gear: ReadonlyMap<string, string>;
}

/** The same order at each reading. */
export async function readNames({ db }: Store): Promise<Names> {
  const read = (collection: string, projection: Document): Promise<Document[]> =>
    db.collection(collection).find({}, { projection }).sort({ _id: 1 }).toArray();
  const [athletes, gear] = await Promise.all([
    read('athletes', { firstname: 1, lastname: 1 }),
    read('gear', { name: 1 }),
  ]);
  return {
    athletes: new Map(athletes.map((one) => [idOf(one['_id']), athleteNameOf(one)])),
    gear: new Map(gear.map(gearEntryOf)),
  };
}

function gearEntryOf(gear: Document): readonly [string, string] {
  const [id, name] = [textOf(gear['_id']), textOf(gear['name'])];
  return [id, name === '' ? id : name];
}

/** The first and the last name. */
export function athleteNameOf(athlete: Document): string {
  const parts = [textOf(athlete['firstname']), textOf(athlete['lastname'])];
  return parts.filter((part) => part !== '').join(' ');
}
