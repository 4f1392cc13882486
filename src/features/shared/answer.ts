/**
 * Runs a question of the cookbook against the database. It only reads.
 */
import type { AggregateOptions, Db, Document } from 'mongodb';
import type { Scope } from '../../queries/binding.ts';
import { bindDocument, bindPipeline, withRing } from '../../queries/binding.ts';
import { filtered } from '../../queries/filtered.ts';
import type { Lookup, Recipe } from '../../queries/recipe.ts';
import { badValue, hasServerCode } from '../../mongo/base/failures.ts';
import type { Store } from '../../mongo/schema/collections.ts';

interface Order {
  readonly scope: Scope;
  readonly match: Document;
}

/** The answer about the activities that `match` chooses; undefined if the document that the question starts from is not stored. */
export async function answerOf(
  store: Store,
  recipe: Recipe,
  { scope, match }: Order,
): Promise<readonly Document[] | undefined> {
  if (recipe.folded !== undefined) {
    const folded = await store.retry(() => foldedAnswer(store.db, recipe, { scope, match }));
    if (folded !== undefined) return folded;
  }
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
export async function* readAnswerOf(
  { db }: Store,
  recipe: Recipe,
  { scope, match }: Order,
  options: AggregateOptions,
): AsyncGenerator<Document> {
  const folded = await foldedAnswer(db, recipe, { scope, match }, options);
  if (folded !== undefined) return yield* folded;
  const source = filtered(recipe, match);
  const pipeline = bindPipeline(source.pipeline, withRing(recipe.circle, scope));
  yield* db.collection(source.collection).aggregate(pipeline, { allowDiskUse: true, ...options });
}

/** Few, because each holds hundreds of numbers; as many as 500 take 13 MB more and no less CPU. */
const foldedAtOnce = 100;

/** The answer that the program works out; undefined where MongoDB has to. */
async function foldedAnswer(
  db: Db,
  { collection, pipeline, folded }: Recipe,
  { scope, match }: Order,
  options: AggregateOptions = {},
): Promise<readonly Document[] | undefined> {
  if (folded === undefined) return undefined;
  const source = filtered({ collection, pipeline: pipeline.slice(0, folded.stages) }, match);
  const documents = db
    .collection(source.collection)
    .aggregate(bindPipeline(source.pipeline, scope), { batchSize: foldedAtOnce, ...options });
  return folded.fold(documents, { limit: Number(scope['limit']) });
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
