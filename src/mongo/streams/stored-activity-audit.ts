/**
 * Reads an athlete's stored activities and checks whether their streams are what the activities
 * say. It reads lengths, never samples, and writes nothing.
 */
import type { Document, Filter, Long } from 'mongodb';
import type { StoredPart } from '../../domain/activity/stored-parts.ts';
import { arePartsWhole } from '../../domain/activity/stored-parts.ts';
import { streamKeys } from '../../domain/activity/streams.ts';
import type { AuditedActivity, StreamsAudit } from '../../sync/verify/ports.ts';
import { int64, toNumber } from '../base/bson-value.ts';
import type { ActivityBookkeeping, ActivityDocument, Store } from '../schema/collections.ts';

interface Found {
  readonly _id: number | Long;
  /** Anything may be missing or odd in a document that was changed by hand. */
  readonly start_date: unknown;
  readonly sport_type: unknown;
  readonly sync: Partial<ActivityBookkeeping>;
}

interface FoundPart {
  readonly activity_id: number | Long;
  readonly part: number;
  readonly parts: number;
  readonly sample_count: number;
  readonly epoch: number;
  readonly fetched_at: Date | undefined;
  readonly lengths: Readonly<Record<string, number | null>>;
}

const activitiesAtOnce = 200;
const streamsAtOnce = 1_000;
const beginning = new Date(0);

/** Page by page in the order of the ids, so that each page can be read again. */
export async function* auditActivities(
  store: Store,
  athleteId: number,
  from: Date | undefined,
): AsyncGenerator<AuditedActivity> {
  for (let last = 0; ;) {
    const page = await readPage(store, {
      'sync.athlete_id': int64(athleteId),
      ...(from && { start_date: { $gte: from } }),
      _id: { $gt: int64(last) },
    });
    const audits = await auditsOf(store, page);
    yield* page.map((found) => auditedActivity(found, audits));
    if (page.length < activitiesAtOnce) return;
    last = idOf(page.at(-1));
  }
}

function idOf(found: Pick<Found, '_id'> | undefined): number {
  return found === undefined ? 0 : toNumber(found._id);
}

/** Not decoded: what was changed by hand is what the audit looks for. */
function readPage({ db }: Store, filter: Filter<ActivityDocument>): Promise<readonly Found[]> {
  return db
    .collection<ActivityDocument>('activities')
    .find<Found>(filter, {
      projection: { start_date: 1, sport_type: 1, sync: 1 },
      hint: { _id: 1 },
    })
    .sort({ _id: 1 })
    .limit(activitiesAtOnce)
    .toArray();
}

function auditedActivity(found: Found, audits: ReadonlyMap<number, StreamsAudit>): AuditedActivity {
  const { start_date, sport_type, sync } = found;
  const activityId = idOf(found);
  return {
    activityId,
    startAt: dateOf(start_date) ?? beginning,
    streams: audits.get(activityId) ?? 'broken',
    sport: sport_type,
    firstSeenAt: dateOf(sync.first_seen_at) ?? beginning,
    fetchedAt: dateOf(sync.fetched_at) ?? beginning,
    isOfExport: sync.source === 'export',
    confirmedAt: dateOf(sync.confirmed_at),
  };
}

function dateOf(value: unknown): Date | undefined {
  return value instanceof Date ? value : undefined;
}

/** Parts are replaced while their activity is pending, so what looks wrong counts only where nothing moved. */
async function auditsOf(
  store: Store,
  page: readonly Found[],
): Promise<ReadonlyMap<number, StreamsAudit>> {
  const parts = await partsOf(store, page);
  const audits = new Map(
    page.map((found) => [idOf(found), auditOf(found.sync.streams, parts.get(idOf(found)) ?? [])]),
  );
  const wrong = new Map(
    page.filter((found) => isWrong(audits.get(idOf(found)))).map((one) => [idOf(one), one]),
  );
  if (wrong.size === 0) return audits;
  const again = await readPage(store, { _id: { $in: [...wrong.keys()].map(int64) } });
  for (const found of again) {
    const { streams } = found.sync;
    const before = wrong.get(idOf(found))?.sync.streams;
    if (JSON.stringify(before) !== JSON.stringify(streams))
      audits.set(idOf(found), streams?.state ?? 'broken');
  }
  return audits;
}

function isWrong(audit: StreamsAudit | undefined): boolean {
  return audit === 'broken' || audit === 'unexpected';
}

function auditOf(
  streams: ActivityBookkeeping['streams'] | undefined,
  parts: readonly StoredPart[],
): StreamsAudit {
  if (typeof streams !== 'object' || (streams as unknown) === null) return 'broken';
  switch (streams.state) {
    case 'stored':
      return arePartsWhole(parts, streams.sample_count) ? 'stored' : 'broken';
    case 'none':
      return parts.length === 0 ? 'none' : 'unexpected';
    case 'pending':
    case 'parked':
      return streams.state;
    // What was changed by hand.
    default:
      return 'broken';
  }
}

const storedKeys = streamKeys.flatMap((key) => (key === 'latlng' ? ['lat', 'lng'] : [key]));

/** The server counts, so that it sends no sample. */
const lengthsOfStreams: Document = Object.fromEntries(
  storedKeys.map((key) => [key, { $cond: [{ $isArray: `$${key}` }, { $size: `$${key}` }, null] }]),
);

async function partsOf(
  { streams }: Store,
  page: readonly Found[],
): Promise<ReadonlyMap<number, readonly StoredPart[]>> {
  const bookkeeping = {
    activity_id: 1,
    part: 1,
    parts: 1,
    sample_count: 1,
    epoch: 1,
    fetched_at: 1,
  };
  const found = await streams
    .aggregate<FoundPart>([
      { $match: { activity_id: { $in: page.map((found) => int64(idOf(found))) } } },
      { $project: { ...bookkeeping, lengths: lengthsOfStreams } },
    ])
    .toArray();
  const byActivity = Map.groupBy(found, ({ activity_id }) => toNumber(activity_id));
  return new Map([...byActivity].map(([id, parts]) => [id, parts.map(storedPart)]));
}

function storedPart({
  part,
  parts,
  sample_count,
  epoch,
  fetched_at,
  lengths,
}: FoundPart): StoredPart {
  const present = Object.entries(lengths).filter(
    (entry): entry is [string, number] => entry[1] !== null,
  );
  const write = `${epoch} ${dateOf(fetched_at)?.getTime()}`;
  return { part, parts, sampleCount: sample_count, write, lengths: new Map(present) };
}

/** Answered from the index; a document is read only for streams without an activity. */
export async function* orphanStreams(
  { activities, streams }: Store,
  athleteId: number,
): AsyncGenerator<number> {
  for (let last = 0; ;) {
    const filter = { activity_id: { $gt: int64(last) } };
    const page = await streams
      .find(filter, { projection: { _id: 0, activity_id: 1 } })
      .sort({ activity_id: 1, part: 1 })
      .limit(streamsAtOnce)
      .toArray();
    const ids = [...new Set(page.map(({ activity_id }) => toNumber(activity_id)))];
    const known = await activities
      .find({ _id: { $in: ids.map(int64) } }, { projection: { _id: 1 } })
      .toArray();
    const isKnown = new Set(known.map(({ _id }) => toNumber(_id)));
    const without = ids.filter((id) => !isKnown.has(id));
    const orphans =
      without.length === 0
        ? []
        : await streams.distinct('activity_id', {
            activity_id: { $in: without.map(int64) },
            athlete_id: int64(athleteId),
          });
    yield* orphans.map(toNumber);
    if (page.length < streamsAtOnce) return;
    last = ids.at(-1) ?? 0;
  }
}
