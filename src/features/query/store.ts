/**
 * Asks the database a question of the cookbook. It changes nothing and knows no command line.
 */
import type { Document } from 'mongodb';
import type { Scope } from '../../queries/binding.ts';
import { bindDocument, bindPipeline, withRing } from '../../queries/binding.ts';
import type { Recipe } from '../../queries/recipe.ts';
import type { Mongo } from '../../mongo/base/connection.ts';

/** The answer; undefined where there is not what the question starts from. */
export async function ask(
  mongo: Mongo,
  recipe: Recipe,
  scope: Scope,
): Promise<readonly Document[] | undefined> {
  const { db, attempt } = mongo;
  const whole = await withLookup(mongo, recipe, scope);
  if (whole === undefined) return undefined;
  const pipeline = bindPipeline(recipe.pipeline, withRing(recipe.circle, whole));
  const collection = db.collection(recipe.collection);
  const { hint } = recipe;
  return attempt(() =>
    collection
      .aggregate(pipeline, { allowDiskUse: true, ...(hint !== undefined && { hint }) })
      .toArray(),
  );
}

/** What is looked up first, beside what was given. */
async function withLookup(
  { db, attempt }: Mongo,
  { lookup }: Recipe,
  scope: Scope,
): Promise<Scope | undefined> {
  if (lookup === undefined) return scope;
  const { as, collection, projection } = lookup;
  const filter = bindDocument(lookup.filter, scope);
  const found = await attempt(() => db.collection(collection).findOne(filter, { projection }));
  return found === null ? undefined : { ...scope, [as]: found };
}
