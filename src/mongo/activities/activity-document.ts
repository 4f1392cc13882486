/**
 * How a summary becomes a document: Strava's fields as they came, the few keys of ours beside them.
 * It builds updates and writes nothing.
 */
import type { Document, ObjectId } from 'mongodb';
import type { ActivitySummary } from '../../domain/activity/activity.ts';
import { detailHashOf, fingerprintOf, recordingHashOf } from '../../domain/activity/activity.ts';
import type { Place } from '../../domain/derived/gazetteer.ts';
import type { LocalTime } from '../../domain/derived/local-time.ts';
import { localTimeOf } from '../../domain/derived/local-time.ts';
import type { Span } from '../../domain/sync/list-coverage.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Point, TrackRejection, TrackResult } from '../../domain/derived/track.ts';
import { pointOf, summaryPolyline, trackOf } from '../../domain/derived/track.ts';
import { int64, toBson } from '../base/bson-value.ts';
import { ofType } from '../base/typed-value.ts';
import { ownActivityKeys } from '../schema/definitions/activities.ts';
import type { ActivityDocument } from '../schema/collections.ts';
import { expiredReason } from '../schema/fetch-state-queries.ts';
import type { Expiry } from '../history/tombstones.ts';
import { placeOf } from './gazetteer.ts';
import { emptiedParts, keptPartStates, keptPhotoFiles, pendingAgain } from './part-states.ts';
import { initialStreams, streamsAgain } from './streams-state.ts';
import { isSameRecording } from './same-recording.ts';

/** The context of a write, besides the summary. */
export interface WriteContext {
  readonly athleteId: number;
  readonly fetchedAt: Date;
  readonly epoch: number;
  readonly known: readonly Span[];
  readonly source: 'list' | 'activity';
  readonly listedAt?: Date;
  readonly expiry: Expiry;
}

/** A summary as a document, and the reason for a missing track. */
export interface SummaryDocument {
  readonly document: Document;
  /** What `derived` has from the summary. */
  readonly derived: {
    readonly local: LocalTime | undefined;
    readonly route?: ObjectId | undefined;
    readonly place: Place | undefined;
  };
  readonly leftOut?: TrackRejection;
}

/** Strava's record with its start lifted to a date, and its geometry where it has some. */
export function documentOf(summary: ActivitySummary): SummaryDocument {
  const { record } = summary;
  const { track, startPoint, leftOut } = geometryOf(record);
  const fields = Object.entries(record)
    .filter(([key]) => !isOwn(key))
    .map(([key, value]) => [key, toBson(value)] as const);
  return {
    document: {
      ...Object.fromEntries(fields),
      _id: int64(summary.id),
      start_date: summary.startAt,
      ...(track && { track }),
      ...(startPoint && { start_point: startPoint }),
    },
    derived: { local: localTimeOf(record['start_date_local']), place: placeOf(startPoint) },
    ...(leftOut && { leftOut }),
  };
}

/** The same on a route, or on none. */
export function onRoute(summary: SummaryDocument, route: ObjectId | undefined): SummaryDocument {
  return { ...summary, derived: { ...summary.derived, route } };
}

/** The geometry of a record of Strava's. */
export function geometryOf(record: JsonObject): TrackResult & { readonly startPoint?: Point } {
  const startPoint = pointOf(record['start_latlng']);
  return { ...trackOf(summaryPolyline(record['map'])), ...(startPoint && { startPoint }) };
}

/** The document without what a 2dsphere index may reject. */
export function withoutGeometry({ document, derived, leftOut }: SummaryDocument): SummaryDocument {
  const fields = Object.entries(document);
  const reason = 'track' in document ? 'rejected by MongoDB' : leftOut;
  return {
    document: Object.fromEntries(
      fields.filter(([key]) => key !== 'track' && key !== 'start_point'),
    ),
    derived: { ...derived, route: undefined },
    ...(reason && { leftOut: reason }),
  };
}

/**
 * The update that puts a new summary in the place of the old one, in one atomic step. The keys that the old
 * summary brought and the new one does not are gone; keys of other origin stay. So do the streams' state and
 * a track that was made from them, unless the recording itself was changed, and the details' state, unless
 * something that they depend on was. Where the stored one is of a later request, nothing changes: the list
 * and single activities are fetched concurrently. As a pipeline, because a plain `$set` would read a dot in
 * a key as a path.
 */
export function summaryUpdate(
  summary: ActivitySummary,
  { document, derived, leftOut }: SummaryDocument,
  context: WriteContext,
): Document[] {
  const bookkeeping = bookkeepingOf(summary, context);
  const { recording_hash, detail_hash } = bookkeeping;
  const hasSameRecording = isSameRecording(summary.record, recording_hash);
  const isSame = {
    $and: [hasSameRecording, stays('streams', context)],
  };
  const isTrackKept = { $and: [isSame, { $eq: ['$sync.track_source', 'streams'] }] };
  const hasSameDetailHash = {
    $and: [{ $eq: ['$sync.detail_hash', { $literal: detail_hash }] }, stays('details', context)],
  };
  const hasNoDetails = { $eq: [{ $type: '$sync.details' }, 'missing'] };
  const sync = {
    $mergeObjects: [
      { ...keptBookkeeping, photo_files: keptPhotoFiles(summary.record) },
      { $literal: bookkeeping },
      context.listedAt === undefined ? {} : { listed_at: context.listedAt },
      {
        track_source: { $cond: [isTrackKept, 'streams', '$$REMOVE'] },
        track_left_out: { $cond: [isTrackKept, '$$REMOVE', leftOut ?? '$$REMOVE'] },
        first_seen_at: ofType('$sync.first_seen_at', 'date', context.fetchedAt),
        streams: {
          $cond: [
            { $and: [isSame, { $eq: [{ $type: '$sync.streams.state' }, 'string'] }] },
            '$sync.streams',
            streamsAgain(summary, context),
          ],
        },
        details: {
          $cond: [
            { $or: [hasSameDetailHash, hasNoDetails] },
            '$sync.details',
            pendingAgain('$sync.details'),
          ],
        },
        ...keptPartStates(summary.record, {
          fetchedAt: context.fetchedAt,
          isSameRecording: hasSameRecording,
          isExpiryFinal: context.expiry === 'final',
        }),
      },
    ],
  };
  const keptTrack = { track: { $cond: [isTrackKept, '$track', '$$REMOVE'] } };
  const parts = [
    keysOfOtherOrigin,
    { $literal: document },
    keptTrack,
    emptiedParts(summary.record),
    { derived: derivedUpdate(derived), sync },
  ];
  const isOlder = { $gt: ['$sync.fetched_at', context.fetchedAt] };
  return [{ $replaceWith: { $cond: [isOlder, '$$ROOT', { $mergeObjects: parts }] } }];
}

/** What {@link summaryUpdate} makes where nothing is stored, as a document to insert. */
export function newDocument(
  summary: ActivitySummary,
  { document, derived, leftOut }: SummaryDocument,
  context: WriteContext,
): ActivityDocument {
  const sync = {
    ...bookkeepingOf(summary, context),
    ...(context.listedAt && { listed_at: context.listedAt }),
    ...(leftOut && { track_left_out: leftOut }),
    first_seen_at: context.fetchedAt,
    streams: initialStreams(summary, context),
  };
  const own = { start_date: summary.startAt, derived: present(derived), sync };
  return { ...document, _id: int64(summary.id), ...own };
}

/** What a summary says anew of its activity. */
function bookkeepingOf({ record }: ActivitySummary, context: WriteContext) {
  return {
    athlete_id: int64(context.athleteId),
    source: context.source,
    fetched_at: context.fetchedAt,
    fingerprint: fingerprintOf(record),
    recording_hash: recordingHashOf(record),
    detail_hash: detailHashOf(record),
    summary_keys: Object.keys(record).filter((key) => !isOwn(key)),
    epoch: context.epoch,
  };
}

/** What a retention ended is due again where there is none any more. */
function stays(part: 'streams' | 'details', { expiry }: WriteContext): Document | true {
  return expiry === 'final' || { $ne: [`$sync.${part}.reason`, expiredReason] };
}

/** The fields that a new summary keeps: they describe the activity, not Strava's record of it. */
const keptBookkeeping = {
  detail_keys: '$sync.detail_keys',
  notification: '$sync.notification',
  listed_at: '$sync.listed_at',
  confirmed_at: '$sync.confirmed_at',
};

/** What the summary makes of `derived`; all else of it stays. */
function derivedUpdate(derived: SummaryDocument['derived']): Document {
  const gone = Object.entries(derived).filter(([, value]) => value === undefined);
  const kept = gone.reduce<Document>(
    (input, [field]) => ({ $unsetField: { field, input } }),
    ofType('$derived', 'object', {}),
  );
  return { $mergeObjects: [kept, { $literal: present(derived) }] };
}

function present(values: SummaryDocument['derived']): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

/** What each summary brings. */
const replacedKeys = ['track', 'start_point', 'derived', 'sync'];

/** Fields under our own names are ours. A new summary keeps `export`. */
function isOwn(key: string): boolean {
  return key !== '_id' && ownActivityKeys.has(key);
}

const keysOfOtherOrigin = {
  $arrayToObject: {
    $filter: {
      input: { $objectToArray: '$$ROOT' },
      cond: {
        $not: {
          $in: [
            '$$this.k',
            { $concatArrays: [replacedKeys, ofType('$sync.summary_keys', 'array', [])] },
          ],
        },
      },
    },
  },
};
