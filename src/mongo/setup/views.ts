/**
 * Creates the views, which the cookbook describes, and recreates a view whose definition changed. It never
 * touches a collection that has the name of a view.
 */
import {
  hasServerCode,
  namespaceExists,
  namespaceNotFound,
  unauthorized,
} from '../base/failures.ts';
import type { Db } from 'mongodb';
import { BSON } from 'mongodb';
import type { View } from '../../queries/views.ts';
import { views } from '../../queries/views.ts';
import type { Store } from '../schema/collections.ts';

/** Creates or updates the views; repeating it changes nothing. */
export async function createViews({ db }: Store): Promise<void> {
  const found = await db.listCollections({}, { nameOnly: false }).toArray();
  const byName = new Map<string, BSON.Document>(found.map((one) => [one.name, one]));
  for (const view of views) {
    const known = byName.get(view.name);
    if (known === undefined) await createView(db, view);
    else if (known['type'] === 'view' && !isSame(view, known['options'] as BSON.Document)) {
      await replaceView(db, view);
    }
  }
}

/** Changing a view takes the role dbAdmin; recreating it takes readWrite, and is not atomic. */
async function replaceView(db: Db, view: View): Promise<void> {
  const { name: collMod, viewOn, pipeline } = view;
  try {
    await db.command({ collMod, viewOn, pipeline });
  } catch (error) {
    if (!hasServerCode(error, unauthorized)) throw error;
    await dropView(db, view);
    await createView(db, view);
  }
}

/** Another process may already have done it. */
async function dropView(db: Db, { name }: View): Promise<void> {
  try {
    await db.dropCollection(name);
  } catch (error) {
    if (!hasServerCode(error, namespaceNotFound)) throw error;
  }
}

/** Another process may already have done it. */
async function createView(db: Db, { name, viewOn, pipeline }: View): Promise<void> {
  try {
    await db.createCollection(name, { viewOn, pipeline: [...pipeline] });
  } catch (error) {
    if (!hasServerCode(error, namespaceExists)) throw error;
  }
}

function isSame({ viewOn, pipeline }: View, known: BSON.Document): boolean {
  const text = (definition: BSON.Document): string => BSON.EJSON.stringify(definition);
  const current = { viewOn: known['viewOn'] as unknown, pipeline: known['pipeline'] as unknown };
  return text({ viewOn, pipeline }) === text(current);
}
