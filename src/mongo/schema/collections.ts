/**
 * The collections of the database with the types of their documents, which the definitions give. Strava's
 * other fields stay open.
 */
import type { Collection, Db } from 'mongodb';
import type { Mongo } from '../base/connection.ts';
import type { Warn } from './checked-collection.ts';
import { checkedCollection } from './checked-collection.ts';
import { definitions } from './definitions.ts';
import type { DocumentOf } from './field.ts';

/** The fields of Strava's that the program reads by their type. */
interface StravaFields {
  readonly activities: { readonly elapsed_time?: number };
  readonly athletes: { readonly firstname?: string; readonly lastname?: string };
}

/** The documents by collection. */
type Documents = {
  [D in (typeof definitions)[number] as D['name']]: DocumentOf<D> &
    (D['name'] extends keyof StravaFields ? StravaFields[D['name']] : unknown);
};

export type ActivityDocument = Documents['activities'];
export type ActivityBookkeeping = ActivityDocument['sync'];
export type StreamsBookkeeping = ActivityBookkeeping['streams'];
export type StreamsState = StreamsBookkeeping['state'];
export type StreamsDocument = Documents['streams'];
export type RouteDocument = Documents['routes'];
export type AthleteDocument = Documents['athletes'];
type AthleteBookkeeping = NonNullable<AthleteDocument['sync']>;
export type ListCoverageDocument = NonNullable<AthleteBookkeeping['coverage']>;
export type BackfillRequestDocument = NonNullable<AthleteBookkeeping['backfills']>[number];
export type ReconcileDocument = NonNullable<AthleteBookkeeping['reconcile']>;
export type RejectedDeletionsDocument = NonNullable<AthleteBookkeeping['rejected_deletions']>;
export type TokenDocument = Documents['tokens'];
export type SegmentDocument = Documents['segments'];
export type WorkerDocument = Documents['workers'];
export type LeaseDocument = Documents['leases'];
export type RunDocument = Documents['runs'];
export type QuotaDocument = Documents['quota'];
export type ChangeDocument = Documents['changes'];
export type TombstoneDocument = Documents['tombstones'];
export type EventDocument = Documents['events'];
export type NotificationDocument = Documents['notifications'];
export type SubscriptionDocument = Documents['subscriptions'];

/** Every collection, typed. */
export type Collections = {
  readonly [N in Exclude<keyof Documents, 'tokens'>]: Collection<Documents[N]>;
} & { readonly tokens: SingleLogins };

/** The login of one athlete. Logins are listed by `loginsOf` only, for the application that it is given. */
export type SingleLogins = Pick<
  Collection<TokenDocument>,
  'findOne' | 'insertOne' | 'insertMany' | 'updateOne' | 'replaceOne' | 'deleteOne'
>;

/** The open database with its collections, which every function of the store takes. */
export type Store = Omit<Mongo, 'urgent'> &
  Collections & {
    /** The collections for urgent writes, which are retried although the program is being stopped. */
    readonly urgent: Collections;
    /** Is notified of each document and field that is left out because it is not of its definition. */
    readonly warn: Warn;
  };

/** `warn` gets a sentence about what is left out, each sentence once. */
export function storeOf(mongo: Mongo, warn: Warn = () => undefined): Store {
  const told = once(warn);
  const { db, urgent } = mongo;
  return {
    ...{ ...mongo, ...collectionsOf(db, told) },
    ...{ urgent: collectionsOf(urgent, told), warn: told },
  };
}

function collectionsOf(db: Db, warn: Warn): Collections {
  const collections = definitions.map((definition) => {
    const { name } = definition;
    return [name, checkedCollection(db.collection(name), definition, warn)] as const;
  });
  return Object.fromEntries(collections) as unknown as Collections;
}

const maxRemembered = 1_000;

function once(warn: Warn): Warn {
  const told = new Set<string>();
  return (message) => {
    if (told.has(message) || told.size >= maxRemembered) return;
    told.add(message);
    warn(message);
  };
}
