/**
 * Runs a question of the cookbook against the database. It only reads.
 */
import type { AggregateOptions, Document } from 'mongodb';
import type { Scope } from '../../queries/binding.ts';
import { bindDocument, bindPipeline, withRing } from '../../queries/binding.ts';
import { filtered } from '../../queries/filtered.ts';
import type { Lookup, Recipe } from '../../queries/recipe.ts';
import { badValue, hasServerCode } from '../../mongo/base/failures.ts';
import type { Store } from '../../mongo/schema/collections.ts';

/** The answer about the activities that `match` chooses; undefined if the document that the question starts from is not stored. */
export async function answerOf(
  store: Store,
  recipe: Recipe,
  { scope, match }: { readonly scope: Scope; readonly match: Document },
): Promise<readonly Document[] | undefined> {
  const whole = await withLookup(store, recipe.lookup, scope);
  if (whole === undefined) return undefined;
  const source = filtered(recipe, match);
  const pipeline = bindPipeline(source.pipeline, withRing(recipe.circle, whole));
  const collection = store.db.collection(source.collection);
  const { hint } = recipe;
  const answer = (more: object): Promise<Document[]> =>
    collection.aggregate(pipeline, { allowDiskUse: true, ...more }).toArray();
  try {
    return await answer(hint === undefined ? {} : { hint });
  } catch (error) {
    // Without the index, or where another one has its key, the answer is the same.
    if (!hasServerCode(error, badValue)) throw error;
    return answer({});
  }
}

/**
 * The answer to a question without a lookup and without a hint, one document after the other. It is not
 * retried.
 * @throws what the driver throws.
 */
export function readAnswerOf(
  { db }: Store,
  recipe: Recipe,
  { scope, match }: { readonly scope: Scope; readonly match: Document },
  options: AggregateOptions,
): AsyncIterable<Document> {
  const source = filtered(recipe, match);
  const pipeline = bindPipeline(source.pipeline, withRing(recipe.circle, scope));
  return db.collection(source.collection).aggregate(pipeline, { allowDiskUse: true, ...options });
}

/** The given parameters, and the document that is looked up; undefined if it is not stored. */
export async function withLookup(
  { db }: Store,
  lookup: Lookup | undefined,
  scope: Scope,
): Promise<Scope | undefined> {
  if (lookup === undefined) return scope;
  const { as, collection, projection } = lookup;
  const filter = bindDocument(lookup.filter, scope);
  const found = await db.collection(collection).findOne(filter, { projection });
  return found === null ? undefined : { ...scope, [as]: found };
}
