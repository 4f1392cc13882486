/**
 * Whether a summary is of the recording that is stored, as an expression of an update, so that it is decided
 * in the same step as the summary is written. It builds expressions and writes nothing.
 */
import type { Document } from 'mongodb';
import type { Range } from '../../domain/bulk-export/agreement.ts';
import { agreeingNumbers } from '../../domain/bulk-export/agreement.ts';
import type { JsonObject } from '../../domain/json.ts';
import { ofNumber } from '../base/typed-value.ts';

/**
 * By the hash of what the API says of the recording. An export says less, and rounds differently: over a
 * recording from an export the numbers of its row are compared.
 */
export function isSameRecording(record: JsonObject, recordingHash: string): Document {
  const isOfExport = { $eq: ['$sync.streams.source', 'export'] };
  const isStored = { $eq: ['$sync.streams.state', 'stored'] };
  const isHashSame = { $eq: ['$sync.recording_hash', { $literal: recordingHash }] };
  // Whether it was entered by hand, the API says itself.
  const isByHash = { $and: [isHashSame, { $or: [{ $not: isOfExport }, isStored] }] };
  const numbers = agreeingNumbers(record);
  if (numbers === undefined) return isByHash;
  const isByNumbers = {
    $and: [
      isOfExport,
      isStored,
      isWithin(ofNumber('$export.fields.elapsed_time', -1), numbers.elapsed),
      isWithin(ofNumber('$export.fields.distance', 0), numbers.distance),
    ],
  };
  return { $or: [isByHash, isByNumbers] };
}

function isWithin(value: Document, [least, greatest]: Range): Document {
  return { $and: [{ $gte: [value, least] }, { $lte: [value, greatest] }] };
}
