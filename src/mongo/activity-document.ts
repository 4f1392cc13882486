/**
 * How a summary becomes a document: Strava's fields as they came, the few keys of ours beside them.
 * It builds updates and writes nothing.
 */
import type { Document } from 'mongodb';
import type { ActivitySummary } from '../domain/activity.ts';
import { detailFingerprintOf, fingerprintOf, traceFingerprintOf } from '../domain/activity.ts';
import type { Span } from '../domain/listing.ts';
import { streamsMayComeMs } from '../domain/retry.ts';
import { pointOf, summaryPolyline, trackOf } from '../domain/track.ts';
import { int64, toBson } from './bson-value.ts';
import type { StreamsBookkeeping } from './collections.ts';

/** What a write knows besides the summary. */
export interface WriteContext {
  readonly athleteId: number;
  readonly fetchedAt: Date;
  readonly epoch: number;
  readonly known: readonly Span[];
  readonly source: 'list' | 'activity';
  readonly listedAt?: Date;
}

/** Strava's record with its start lifted to a date, and its geometry where it has some. */
export function documentOf(summary: ActivitySummary): Document {
  const { record } = summary;
  const track = trackOf(summaryPolyline(record['map']));
  const startPoint = pointOf(record['start_latlng']);
  const fields = Object.entries(record).map(([key, value]) => [key, toBson(value)] as const);
  return {
    ...Object.fromEntries(fields),
    _id: int64(summary.id),
    start_date: summary.startAt,
    ...(track && { track }),
    ...(startPoint && { start_point: startPoint }),
  };
}

/** The document without what a 2dsphere index may refuse. */
export function withoutGeometry(document: Document): Document {
  return Object.fromEntries(
    Object.entries(document).filter(([key]) => key !== 'track' && key !== 'start_point'),
  );
}

/**
 * The update that puts a new summary in the place of the old one, in one atomic step: the keys that
 * the old summary brought and the new one does not are gone, keys of other origin stay, and so does
 * the streams' state, unless the recording itself was changed, and the details', unless something that
 * they depend on was. As a pipeline, because a plain `$set`
 * would read a dot in a key as a path.
 */
export function summaryUpdate(
  summary: ActivitySummary,
  document: Document,
  context: WriteContext,
): Document[] {
  const trace = traceFingerprintOf(summary.record);
  const isSameTrace = { $eq: ['$sync.trace', { $literal: trace }] };
  const detailTrace = detailFingerprintOf(summary.record);
  const isSameDetailTrace = { $eq: ['$sync.detail_trace', { $literal: detailTrace }] };
  const hasNoDetails = { $eq: [{ $type: '$sync.details' }, 'missing'] };
  const bookkeeping = {
    athlete_id: int64(context.athleteId),
    source: context.source,
    fetched_at: context.fetchedAt,
    fingerprint: fingerprintOf(summary.record),
    trace,
    detail_trace: detailTrace,
    summary_keys: Object.keys(summary.record),
    epoch: context.epoch,
  };
  const sync = {
    $mergeObjects: [
      keptBookkeeping,
      { $literal: bookkeeping },
      context.listedAt === undefined ? {} : { listed_at: context.listedAt },
      {
        first_seen_at: { $ifNull: ['$sync.first_seen_at', context.fetchedAt] },
        streams: {
          $cond: [isSameTrace, '$sync.streams', { $literal: initialStreams(summary, context) }],
        },
        details: {
          $cond: [
            { $or: [isSameDetailTrace, hasNoDetails] },
            '$sync.details',
            { $literal: { state: 'pending', tries: 0 } },
          ],
        },
      },
    ],
  };
  return [
    { $replaceWith: { $mergeObjects: [keysOfOtherOrigin, { $literal: document }, { sync }] } },
  ];
}

/** What outlives a new summary: it is about the activity, and not about the record. */
const keptBookkeeping = {
  detail_keys: '$sync.detail_keys',
  listed_at: '$sync.listed_at',
  confirmed_at: '$sync.confirmed_at',
};

function initialStreams(
  { isManual, startAt }: ActivitySummary,
  { known, fetchedAt }: WriteContext,
): StreamsBookkeeping {
  if (isManual) return { state: 'none', reason: 'entered by hand', tries: 0 };
  const startS = Math.floor(startAt.getTime() / 1_000);
  const isLate = known.some(({ fromS, toS }) => fromS <= startS && startS <= toS);
  const mayComeUntil = new Date(fetchedAt.getTime() + streamsMayComeMs);
  return { state: 'pending', tries: 0, ...(isLate && { may_come_until: mayComeUntil }) };
}

const ownKeys = ['track', 'start_point', 'sync'];

const keysOfOtherOrigin = {
  $arrayToObject: {
    $filter: {
      input: { $objectToArray: '$$ROOT' },
      cond: {
        $not: {
          $in: ['$$this.k', { $concatArrays: [ownKeys, { $ifNull: ['$sync.summary_keys', []] }] }],
        },
      },
    },
  },
};
