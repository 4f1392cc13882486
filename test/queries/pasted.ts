/**
 * Runs the queries of docs/cookbook.md as somebody would who pastes them into mongosh, with values of
 * their own behind the `var`s.
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { compileFunction } from 'node:vm';
import type { AggregateOptions, Db, Document, Filter } from 'mongodb';
import { Long } from 'mongodb';

const root = resolve(import.meta.dirname, '../..');
export const page = readFileSync(join(root, 'docs/cookbook.md'), 'utf8');

/** What a pasted text asks, with what it asks it of. */
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

/** The pipeline of a question of the page; `settings` are what stands behind `var NAME = `. */
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
  const asked: Pasted[] = [];
  const run = compileFunction(`return (async () => {${awaited}})()`, [
    'db',
    'NumberLong',
    'ISODate',
  ]) as (...globals: readonly unknown[]) => Promise<void>;
  await run(
    shellOf(db, asked),
    (digits: string) => Long.fromString(digits),
    (instant: string) => new Date(instant),
  );
  const [first] = asked;
  if (first === undefined) throw new Error(`${name} asks nothing.`);
  return first;
}

/** As much of mongosh's `db` as the page uses. */
function shellOf(db: Db, asked: Pasted[]): unknown {
  return new Proxy(
    {},
    {
      get: (_, collection: string) => ({
        findOne: (filter: Filter<Document>, projection: Document) =>
          db.collection(collection).findOne(filter, { projection }),
        aggregate: (pipeline: Document[], options: AggregateOptions = {}) =>
          asked.push({ collection, pipeline, options }),
      }),
    },
  );
}
