/**
 * A collection whose reads leave out the documents that are not of its definition, so that one that another
 * program or a hand put there costs none of the others. It writes nothing.
 */
import type { Collection, Document, FindCursor, FindOptions } from 'mongodb';
import { BSON } from 'mongodb';
import type { Projection } from './decode.ts';
import { deserializeLongArrays } from '../base/long-arrays.ts';
import { decode } from './decode.ts';
import type { Definition } from './field.ts';
import { jsonSchemaOf } from './json-schema.ts';

/** Is told of what is left out; the same sentence again is to be expected. */
export type Warn = (message: string) => void;

/** The filter for documents that are of the definition. */
export function usable(definition: Definition): Document {
  return { $jsonSchema: jsonSchemaOf(definition, 'usable') };
}

/** Who is told, and what a `find` left out. */
interface Reader {
  readonly warn: Warn;
  readonly projection?: Projection;
}

/** The documents that are of the definition, their odd optional fields left out. */
export function decodeAll<T extends object>(
  definition: Definition,
  documents: readonly T[],
  reader: Reader,
): readonly T[] {
  return sift(definition, documents, reader).usable;
}

function sift<T extends object>(
  definition: Definition,
  documents: readonly T[],
  { warn, projection }: Reader,
): { readonly usable: readonly T[]; readonly skippedIds: readonly unknown[] } {
  const usable: T[] = [];
  const skippedIds: unknown[] = [];
  for (const document of documents) {
    const decoded = decode<T>(definition, document, projection);
    const id: unknown = Reflect.get(document, '_id');
    const name = `The document ${shownId(id)} of the collection ${definition.name}`;
    if ('fault' in decoded) {
      skippedIds.push(id);
      warn(
        `${name} is skipped, because it is not as Domestique writes it: ${decoded.fault}. Correct or remove it.`,
      );
      continue;
    }
    usable.push(decoded.document);
    for (const path of decoded.odd)
      warn(`${name} has an odd value at ${path}, which counts as absent.`);
  }
  return { usable, skippedIds };
}

const maxIdLength = 80;

/** A document's id as a text, shortened. */
export function shownId(_id: unknown): string {
  const text = BSON.EJSON.stringify({ _id }, { relaxed: true }).slice('{"_id":'.length, -1);
  return text === '' ? 'without an id' : text.slice(0, maxIdLength);
}

/**
 * The same collection; `find(…).toArray()` and `findOne` decode what they read, everything else is as it was.
 * A `find` cannot be read step by step.
 */
export function checkedCollection<C extends object>(
  collection: C,
  definition: Definition,
  warn: Warn,
): C {
  const find = (filter: Document = {}, options?: FindOptions): CheckedCursor =>
    checkedCursor({ collection, definition, warn, filter, options, calls: [] });
  const findOne = async (filter?: Document, options?: FindOptions): Promise<unknown> =>
    (await find(filter, options).limit(1).toArray())[0] ?? null;
  return new Proxy(collection, {
    get: (target, key) => {
      if (key === 'find') return find;
      if (key === 'findOne') return findOne;
      return Reflect.get(target, key, target) as unknown;
    },
  });
}

interface Reading {
  readonly collection: object;
  readonly definition: Definition;
  readonly warn: Warn;
  readonly filter: Document;
  readonly options: FindOptions | undefined;
  /** What was called on the cursor, in order. */
  readonly calls: readonly (readonly [Chained, unknown])[];
}

const chained = ['sort', 'limit', 'skip', 'hint'] as const;
type Chained = (typeof chained)[number];

interface CheckedCursor extends Record<Chained, (argument: unknown) => CheckedCursor> {
  readonly toArray: () => Promise<readonly unknown[]>;
}

function checkedCursor(reading: Reading): CheckedCursor {
  const methods = chained.map((key) => [
    key,
    (argument: unknown) =>
      checkedCursor({ ...reading, calls: [...reading.calls, [key, argument]] }),
  ]);
  return {
    ...(Object.fromEntries(methods) as Omit<CheckedCursor, 'toArray'>),
    toArray: () => readAll(reading),
  };
}

/** Where there is a limit, documents that are skipped must not take the place of others. */
async function readAll(reading: Reading): Promise<readonly unknown[]> {
  const { definition, warn, filter, options, calls } = reading;
  const projection = options?.projection as Projection;
  const isLimited = calls.some(([name]) => name === 'limit');
  const skipped: unknown[] = [];
  for (;;) {
    const others = { $and: [filter, { _id: { $nin: skipped } }] };
    const documents = await read(reading, skipped.length === 0 ? filter : others);
    const { usable, skippedIds } = sift(definition, documents, { warn, projection });
    const ids = skippedIds.filter((id) => id !== undefined);
    if (!isLimited || ids.length === 0) return usable;
    skipped.push(...ids);
  }
}

async function read(
  { collection, definition, options, calls }: Reading,
  filter: Document,
): Promise<readonly Document[]> {
  const raw = definition.hasLongArrays === true;
  let cursor: FindCursor<Document> = (collection as Collection).find(filter, { ...options, raw });
  for (const [name, argument] of calls) cursor = cursor[name](argument as never);
  const found = await cursor.toArray();
  return raw ? found.map((bytes) => deserializeLongArrays(bytes as Buffer, options)) : found;
}
