/**
 * Runs the queries of docs/cookbook.md as if they were pasted into mongosh, with other values in the
 * `var` lines.
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { compileFunction } from 'node:vm';
import type { AggregateOptions, Db, Document, Filter } from 'mongodb';
import { Long, ObjectId } from 'mongodb';

const root = resolve(import.meta.dirname, '../..');
export const page = readFileSync(join(root, 'docs/cookbook.md'), 'utf8');

/** The query of a pasted text. */
export interface Pasted {
  readonly collection: string;
  readonly pipeline: Document[];
  readonly options: AggregateOptions;
}

/** The names and the queries of the page. */
export const blocks: ReadonlyMap<string, string> = new Map(
  [...page.matchAll(/^### ([\w-]+)\n[^]*?```js\n([^]*?)```/gm)].map(([, name = '', text = '']) => [
    name,
    text,
  ]),
);

/** The query of a question of the page; `settings` are the values of the `var` lines. */
export async function paste(
  db: Db,
  name: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<Pasted> {
  const text = blocks.get(name);
  if (text === undefined) throw new Error(`The page has no ${name}.`);
  const set = Object.entries(settings).reduce((so, [key, value]) => {
    const line = new RegExp(`^var ${key} = .*$`, 'm');
    if (!line.test(so)) throw new Error(`${name} has no ${key}.`);
    return so.replace(line, `var ${key} = ${value}`);
  }, text);
  // mongosh awaits by itself.
  const awaited = set.replace(/^(var \w+ = )(db\.)/m, '$1await $2');
  const queries: Pasted[] = [];
  const run = compileFunction(`return (async () => {${awaited}})()`, [
    'db',
    'NumberLong',
    'ISODate',
    'ObjectId',
  ]) as (...globals: readonly unknown[]) => Promise<void>;
  await run(
    shellOf(db, queries),
    (digits: string) => Long.fromString(digits),
    (instant: string) => new Date(instant),
    (digits: string) => ObjectId.createFromHexString(digits),
  );
  const [first] = queries;
  if (first === undefined) throw new Error(`${name} runs no query.`);
  return first;
}

/** The part of mongosh's `db` that the page uses. */
function shellOf(db: Db, queries: Pasted[]): unknown {
  return new Proxy(
    {},
    {
      get: (_, collection: string) => ({
        findOne: (filter: Filter<Document>, projection: Document) =>
          db.collection(collection).findOne(filter, { projection }),
        aggregate: (pipeline: Document[], options: AggregateOptions = {}) =>
          queries.push({ collection, pipeline, options }),
      }),
    },
  );
}
