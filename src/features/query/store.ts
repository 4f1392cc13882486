/**
 * Asks the database a question of the cookbook. It changes nothing and knows no command line.
 */
import type { Document } from 'mongodb';
import type { Scope } from '../../queries/binding.ts';
import { bindDocument, bindPipeline, withRing } from '../../queries/binding.ts';
import type { Recipe } from '../../queries/recipe.ts';
import type { Store } from '../../mongo/schema/collections.ts';

/** The answer; undefined where there is not what the question starts from. */
export async function ask(
  store: Store,
  recipe: Recipe,
  scope: Scope,
): Promise<readonly Document[] | undefined> {
  const whole = await withLookup(store, recipe, scope);
  if (whole === undefined) return undefined;
  const pipeline = bindPipeline(recipe.pipeline, withRing(recipe.circle, whole));
  const collection = store.db.collection(recipe.collection);
  const { hint } = recipe;
  return collection
    .aggregate(pipeline, { allowDiskUse: true, ...(hint !== undefined && { hint }) })
    .toArray();
}

/** What is looked up first, beside what was given. */
async function withLookup(
  { db }: Store,
  { lookup }: Recipe,
  scope: Scope,
): Promise<Scope | undefined> {
  if (lookup === undefined) return scope;
  const { as, collection, projection } = lookup;
  const filter = bindDocument(lookup.filter, scope);
  const found = await db.collection(collection).findOne(filter, { projection });
  return found === null ? undefined : { ...scope, [as]: found };
}
