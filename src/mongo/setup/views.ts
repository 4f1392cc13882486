/**
 * Makes the views, and makes one anew whose definition changed. What they show stands in the cookbook; it
 * never touches a collection that has the name of a view.
 */
import type { Db } from 'mongodb';
import { BSON, MongoServerError } from 'mongodb';
import type { View } from '../../queries/views.ts';
import { views } from '../../queries/views.ts';
import type { Mongo } from '../base/connection.ts';

const unauthorized = 13;
const namespaceNotFound = 26;
const namespaceExists = 48;

/** Doing it again changes nothing. */
export async function createViews({ db, attempt }: Mongo): Promise<void> {
  const found = await attempt(() => db.listCollections({}, { nameOnly: false }).toArray());
  const byName = new Map<string, BSON.Document>(found.map((one) => [one.name, one]));
  for (const view of views) {
    const known = byName.get(view.name);
    if (known === undefined) await attempt(() => createView(db, view));
    else if (known['type'] === 'view' && !isSame(view, known['options'] as BSON.Document)) {
      await attempt(() => replaceView(db, view));
    }
  }
}

/** Changing a view takes the role dbAdmin; making it anew takes readWrite, and is not one step. */
async function replaceView(db: Db, view: View): Promise<void> {
  const { name: collMod, viewOn, pipeline } = view;
  try {
    await db.command({ collMod, viewOn, pipeline });
  } catch (error) {
    if (!hasCode(error, unauthorized)) throw error;
    await dropView(db, view);
    await createView(db, view);
  }
}

/** Another process may have been faster. */
async function dropView(db: Db, { name }: View): Promise<void> {
  try {
    await db.dropCollection(name);
  } catch (error) {
    if (!hasCode(error, namespaceNotFound)) throw error;
  }
}

/** Another process may have been faster. */
async function createView(db: Db, { name, viewOn, pipeline }: View): Promise<void> {
  try {
    await db.createCollection(name, { viewOn, pipeline: [...pipeline] });
  } catch (error) {
    if (!hasCode(error, namespaceExists)) throw error;
  }
}

function hasCode(error: unknown, code: number): boolean {
  return error instanceof MongoServerError && error.code === code;
}

function isSame({ viewOn, pipeline }: View, known: BSON.Document): boolean {
  const text = (definition: BSON.Document): string => BSON.EJSON.stringify(definition);
  const current = { viewOn: known['viewOn'] as unknown, pipeline: known['pipeline'] as unknown };
  return text({ viewOn, pipeline }) === text(current);
}
