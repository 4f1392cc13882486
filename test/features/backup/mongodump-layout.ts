/**
 * mongodump's layout, written and read for tests by code of its own: no line of it is the program's.
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

import type { Db, Document } from 'mongodb';
import { BSON } from 'mongodb';

export interface DumpOptions {
  readonly isCompressed: boolean;
}

/** Writes the folder of one database, as `mongodump --db` does. */
export async function writeDump(
  folder: string,
  collections: Readonly<Record<string, readonly Document[]>>,
  { isCompressed }: DumpOptions,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const write = (name: string, content: Buffer): Promise<void> =>
    isCompressed
      ? writeFile(join(folder, `${name}.gz`), gzipSync(content))
      : writeFile(join(folder, name), content);
  for (const [name, documents] of Object.entries(collections)) {
    const content = documents.map((document) => BSON.serialize(document));
    await write(`${encodeURIComponent(name)}.bson`, Buffer.concat(content));
    await write(
      `${encodeURIComponent(name)}.metadata.json`,
      Buffer.from(
        `{"indexes":[{"v":{"$numberInt":"2"},"key":{"_id":{"$numberInt":"1"}},"name":"_id_"}],` +
          `"uuid":"0123456789abcdef0123456789abcdef","collectionName":${JSON.stringify(name)},"type":"collection"}`,
      ),
    );
  }
  // A view has no documents, a time series has them under another name, and the last says what wrote it.
  await write(
    'weekly_totals.metadata.json',
    Buffer.from(
      '{"options":{"viewOn":"activities","pipeline":[]},"indexes":[],"uuid":"","collectionName":"weekly_totals","type":"view"}',
    ),
  );
  await write(
    'speeds.metadata.json',
    Buffer.from(
      '{"options":{"timeseries":{"timeField":"at"}},"indexes":[],"uuid":"","type":"timeseries"}',
    ),
  );
  await write('system.buckets.speeds.bson', Buffer.from(BSON.serialize({ _id: 1 })));
  await write('prelude.json', Buffer.from('{"ServerVersion":"6.0.5","ToolVersion":"100.9.4"}'));
}

export interface ReadDump {
  /** The BSON of each document, in base64, by collection. */
  readonly documents: Readonly<Record<string, readonly string[]>>;
  /** By collection. */
  readonly metadata: Readonly<Record<string, Document>>;
}

/** Reads the folder of one database, all files of which have to be compressed, as `mongorestore --gzip` does. */
export async function readDump(folder: string): Promise<ReadDump> {
  const documents: Record<string, readonly string[]> = {};
  const metadata: Record<string, Document> = {};
  for (const name of await readdir(folder)) {
    const content = gunzipSync(await readFile(join(folder, name)));
    if (name.endsWith('.bson.gz')) documents[name.slice(0, -8)] = split(content);
    else if (name.endsWith('.metadata.json.gz'))
      metadata[name.slice(0, -17)] = JSON.parse(content.toString()) as Document;
    else throw new Error(`${name} is no file of a dump.`);
  }
  return { documents, metadata };
}

/** Makes the collections of a dump again, by what their metadata says alone, as mongorestore does. */
export async function restoreDump(folder: string, db: Db): Promise<void> {
  const { documents, metadata } = await readDump(folder);
  for (const [stem, described] of Object.entries(metadata)) {
    const text = JSON.stringify(described);
    const { options, indexes, collectionName } = BSON.EJSON.parse(text, { relaxed: false }) as {
      options: Document;
      indexes: Document[];
      collectionName: string;
    };
    await db.command({ create: collectionName, ...options });
    const more = indexes.filter(({ name }) => name !== '_id_');
    if (more.length > 0) await db.command({ createIndexes: collectionName, indexes: more });
    const content = (documents[stem] ?? []).map((bytes) => Buffer.from(bytes, 'base64'));
    const values = content.map((bytes) => BSON.deserialize(bytes, { promoteValues: false }));
    if (values.length > 0) {
      const unchecked = { bypassDocumentValidation: true };
      await db.collection(collectionName).insertMany(values, unchecked);
    }
  }
}

function split(content: Buffer): readonly string[] {
  const documents: string[] = [];
  for (let at = 0; at < content.length; at += content.readInt32LE(at))
    documents.push(content.subarray(at, at + content.readInt32LE(at)).toString('base64'));
  return documents;
}
