/**
 * The collections: their names, and the shape of what is ours in their documents. The activity's other
 * fields are Strava's and stay open; indexes and validators are made elsewhere.
 */
import type { Collection, Long } from 'mongodb';
import type { DeletionRejection, ListReading } from '../../domain/sync/deletion.ts';
import type { ReconcileKind } from '../../domain/sync/reconcile.ts';
import type { TrackRejection } from '../../domain/derived/track.ts';
import type { Mongo } from '../base/connection.ts';
import type { StoredSecret } from '../base/token-cipher.ts';

export type StreamsState = 'pending' | 'stored' | 'none' | 'parked';

/** `activities.sync.streams`. */
export interface StreamsBookkeeping {
  readonly state: StreamsState;
  readonly tries: number;
  readonly error?: string;
  readonly reason?: string;
  readonly next_try_at?: Date;
  /** Uploaded late: until then a 404 is not final. */
  readonly may_come_until?: Date;
  readonly fetched_at?: Date;
  readonly sample_count?: number;
}

/** `activities.sync.details`; absent where details were never wanted. */
export interface DetailsBookkeeping {
  readonly state: StreamsState;
  readonly tries: number;
  readonly error?: string;
  readonly reason?: string;
  readonly next_try_at?: Date;
  readonly fetched_at?: Date;
}

/** `activities.sync.missing`: a complete list does not show the activity any more. */
export interface MissingBookkeeping {
  readonly since: Date;
  readonly tries: number;
  readonly error?: string;
  readonly next_try_at?: Date;
}

/** `activities.sync`. */
export interface ActivityBookkeeping {
  readonly athlete_id: number | Long;
  /** What the summary was read from. */
  readonly source: 'list' | 'activity';
  readonly first_seen_at: Date;
  /** When the summary as it stands was fetched. */
  readonly fetched_at: Date;
  /** Of the whole summary. */
  readonly fingerprint: string;
  /** Of the recording: distance, times, polyline. */
  readonly recording_hash: string;
  /** Of what the details depend on: when it changes they are asked for again. */
  readonly detail_hash?: string;
  /** The keys that the summary brought. */
  readonly summary_keys: readonly string[];
  /** The keys that the details brought. */
  readonly detail_keys?: readonly string[];
  /** When the last reconcile began that saw it. */
  readonly listed_at?: Date;
  readonly missing?: MissingBookkeeping;
  /** When Strava showed it after a list had missed it. */
  readonly confirmed_at?: Date;
  /** The lease under which it was written last. */
  readonly epoch: number;
  /** The activity's track is made of its streams; absent: of the summary's polyline. */
  readonly track_source?: 'streams';
  /** Why the activity has positions and no track. */
  readonly track_left_out?: TrackRejection;
  readonly streams: StreamsBookkeeping;
  readonly details?: DetailsBookkeeping;
}

export interface ActivityDocument {
  readonly _id: Long;
  readonly start_date: Date;
  readonly elapsed_time?: number;
  readonly sync: ActivityBookkeeping;
}

/** One part of an activity's streams; the arrays stand beside these keys. */
export interface StreamsDocument {
  readonly activity_id: Long;
  readonly part: number;
  readonly parts: number;
  readonly sample_count: number;
  readonly athlete_id: Long;
  readonly start_date: Date;
  readonly fetched_at: Date;
  readonly epoch: number;
}

export interface SpanDocument {
  readonly from: Date;
  readonly to: Date;
}

export interface ListCoverageDocument {
  readonly spans: readonly SpanDocument[];
  readonly cursor?: { readonly before?: Date; readonly page: number; readonly reached?: Date };
}

export interface BackfillRequestDocument {
  readonly id: string;
  readonly since: Date;
  readonly until?: Date;
  readonly requested_at: Date;
  readonly coverage: ListCoverageDocument;
}

export interface ReconcileDocument {
  readonly kind: ReconcileKind;
  readonly started_at: Date;
  readonly since?: Date;
  readonly coverage: ListCoverageDocument;
}

export interface RejectedDeletionsDocument {
  readonly kind: ListReading;
  readonly reason: DeletionRejection;
  readonly missing: number;
  readonly stored: number;
  readonly at: Date;
}

export interface AthleteDocument {
  readonly _id: Long;
  readonly firstname?: string;
  readonly lastname?: string;
  readonly sync?: {
    readonly epoch?: number;
    readonly coverage?: ListCoverageDocument;
    readonly backfills?: readonly BackfillRequestDocument[];
    readonly polled_at?: Date;
    /** The athlete withdrew the access at Strava. */
    readonly deauthorized_at?: Date;
    /** A webhook said that the athlete withdrew the access, and nobody has made sure of it yet. */
    readonly deauthorization_notified_at?: Date;
    readonly reconcile?: ReconcileDocument;
    readonly reconciled_at?: { readonly recent?: Date; readonly full?: Date };
    readonly rejected_deletions?: RejectedDeletionsDocument;
  };
}

export interface TokenDocument {
  readonly _id: Long;
  readonly access_token: StoredSecret;
  readonly refresh_token: StoredSecret;
  /** Only where the refresh token is sealed. */
  readonly refresh_digest?: string;
  readonly expires_at: Date;
  readonly obtained_at?: Date;
  readonly scope?: readonly string[];
  readonly client_id?: string;
  readonly needs_authorization?: AuthorizationMark & { readonly earlier?: AuthorizationMark };
}

/** Since when a login is of no use, and why; `earlier` is what an erasure under way put aside. */
export interface AuthorizationMark {
  readonly since: Date;
  readonly reason: string;
}

export interface ParkedDocument {
  readonly _id: string;
  readonly athlete_id: Long;
  readonly reason: string;
  readonly record: unknown;
  /** How many times the list brought it. */
  readonly tries: number;
  readonly first_seen_at: Date;
  readonly last_seen_at: Date;
}

export interface LeaseDocument {
  readonly _id: string;
  readonly owner?: string;
  readonly host?: string;
  readonly process?: string;
  readonly pid?: number;
  readonly epoch: number;
  readonly expires_at: Date;
}

/** Every collection, typed. */
export interface Collections {
  readonly activities: Collection<ActivityDocument>;
  readonly streams: Collection<StreamsDocument>;
  readonly athletes: Collection<AthleteDocument>;
  readonly tokens: Collection<TokenDocument>;
  readonly parked: Collection<ParkedDocument>;
  readonly leases: Collection<LeaseDocument>;
}

/** The open database with its collections: what every function of the store is given. */
export type Store = Mongo & Collections;

export function storeOf(mongo: Mongo): Store {
  const { db } = mongo;
  return {
    ...mongo,
    activities: db.collection('activities'),
    streams: db.collection('streams'),
    athletes: db.collection('athletes'),
    tokens: db.collection('tokens'),
    parked: db.collection('parked'),
    leases: db.collection('leases'),
  };
}
