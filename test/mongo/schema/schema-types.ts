/**
 * Compares, when the tests are compiled, the definitions of the collections with the types that the program
 * writes and reads: each key is described, and optional where it can be absent.
 */
import type { Derived } from '../../../src/domain/derived/derived.ts';
import type { ChangeDocument } from '../../../src/mongo/history/changes.ts';
import type {
  ActivityBookkeeping,
  AthleteDocument,
  BackfillRequestDocument,
  DetailsBookkeeping,
  LeaseDocument,
  MissingBookkeeping,
  ParkedDocument,
  ReconcileDocument,
  RejectedDeletionsDocument,
  StreamsBookkeeping,
  StreamsDocument,
  TokenDocument,
} from '../../../src/mongo/schema/collections.ts';
import type { GearBookkeeping } from '../../../src/mongo/details/gear.ts';
import type { RefreshBookkeeping } from '../../../src/mongo/details/profile.ts';
import type { NotificationDocument } from '../../../src/features/notifications/store.ts';
import type { RunDocument } from '../../../src/mongo/history/runs.ts';
import type { SegmentBookkeeping } from '../../../src/mongo/details/segments.ts';
import type { TombstoneDocument } from '../../../src/mongo/history/tombstones.ts';
import * as activity from '../../../src/mongo/schema/activities.ts';
import * as athlete from '../../../src/mongo/schema/athletes.ts';
import { leases, notifications, parked, runs } from '../../../src/mongo/schema/bookkeeping.ts';
import type { Field } from '../../../src/mongo/schema/field.ts';
import { changes, tombstones } from '../../../src/mongo/schema/history.ts';
import { tokens } from '../../../src/mongo/schema/logins.ts';
import {
  gearBookkeeping,
  segmentBookkeeping,
} from '../../../src/mongo/schema/segments-and-gear.ts';
import { streams } from '../../../src/mongo/schema/streams.ts';

type IsOptional<T, K extends keyof T> = Pick<Partial<T>, K> extends Pick<T, K> ? true : false;

/** A text that has only a few values names each of them. */
type ValuesOf<V> = [V] extends [string]
  ? string extends V
    ? Field
    : Field & { readonly values: Readonly<Record<V, string>> }
  : Field;

type Described<T> = {
  readonly [K in keyof T]-?: ValuesOf<Exclude<T[K], undefined>> & {
    readonly isOptional: IsOptional<T, K>;
  };
};

/** The athlete's bookkeeping is written by two modules. */
type AthleteBookkeeping = NonNullable<AthleteDocument['sync']> & RefreshBookkeeping;

export const described = [
  activity.activityBookkeeping.fields satisfies Described<ActivityBookkeeping>,
  activity.streamsState.fields satisfies Described<StreamsBookkeeping>,
  activity.detailsState.fields satisfies Described<DetailsBookkeeping>,
  activity.missing.fields satisfies Described<MissingBookkeeping>,
  activity.derived.fields satisfies Described<Derived>,
  streams.fields satisfies Described<StreamsDocument>,
  athlete.athleteBookkeeping.fields satisfies Described<AthleteBookkeeping>,
  athlete.backfill.fields satisfies Described<BackfillRequestDocument>,
  athlete.reconcile.fields satisfies Described<ReconcileDocument>,
  athlete.rejectedDeletions.fields satisfies Described<RejectedDeletionsDocument>,
  tokens.fields satisfies Described<TokenDocument>,
  parked.fields satisfies Described<ParkedDocument>,
  notifications.fields satisfies Described<NotificationDocument>,
  leases.fields satisfies Described<LeaseDocument>,
  runs.fields satisfies Described<RunDocument>,
  changes.fields satisfies Described<ChangeDocument>,
  tombstones.fields satisfies Described<TombstoneDocument>,
  gearBookkeeping.fields satisfies Described<GearBookkeeping>,
  segmentBookkeeping.fields satisfies Described<SegmentBookkeeping>,
];
