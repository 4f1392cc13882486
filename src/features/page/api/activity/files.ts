/**
 * `activities/ID.gpx` and `.geojson`: what `export` writes, without the hidden places of the configuration.
 */
import { Readable } from 'node:stream';
import type { Context } from 'hono';
import { findRecording } from '../../../../mongo/streams/recordings.ts';
import type { Program } from '../../../../program.ts';
import { fileNameOf } from '../../../shared/recording-files/file-name.ts';
import {
  createCounts,
  documentOf,
  formats,
  unfitReason,
} from '../../../shared/recording-files/format.ts';
import { hide } from '../../../shared/recording-files/hide.ts';
import type { PageSource } from '../../source.ts';
import { ApiFailure, databaseOf, readId, unknownActivity } from '../responses.ts';

const contentTypes = {
  // https://www.topografix.com/gpx_manual.asp names no registered one.
  gpx: 'application/gpx+xml',
  geojson: 'application/geo+json',
} as const;

export type FileFormat = keyof typeof contentTypes;

export async function respondWithFile(
  context: Context,
  { config }: Program,
  source: PageSource,
): Promise<Response> {
  const [digits, name] = (context.req.param('file') ?? '').split('.') as [string, FileFormat];
  const id = readId('An activity', digits);
  const recording = await findRecording(databaseOf(source).store, id);
  if (recording === undefined) throw unknownActivity(id);
  const format = formats[name];
  const cannot = `Activity ${id} cannot be exported as ${name}`;
  if (!format.canHold(recording))
    throw new ApiFailure(404, `${cannot}: ${unfitReason(recording, format)}.`);
  const shown = hide(recording, config.export.hide);
  if (!format.canHold(shown)) throw new ApiFailure(404, `${cannot}: it is all in hidden places.`);
  const pieces = Readable.from(documentOf(format, [shown], createCounts()));
  return context.body(Readable.toWeb(pieces.map(toBytes)) as ReadableStream, 200, {
    'content-type': contentTypes[name],
    'content-disposition': dispositionOf(fileNameOf(recording, name)),
    'cache-control': 'private, no-cache',
  });
}

function toBytes(piece: string): Uint8Array {
  return new TextEncoder().encode(piece);
}

/** With the name in ASCII for old clients, too (RFC 6266, appendix D). */
function dispositionOf(name: string): string {
  const ascii = name.replace(/[^\w.-]/g, '_');
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encodeURIComponent(name)}`;
}
