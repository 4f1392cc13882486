/**
 * Records as Strava's list sends them, and pages as the store accepts them.
 */
import type { ActivitySummary } from '../../src/domain/activity/activity.ts';
import { readSummary } from '../../src/domain/activity/activity.ts';
import { parseJson, type JsonObject, type JsonValue } from '../../src/domain/json.ts';
import type { PageToStore } from '../../src/sync/ports/ports.ts';

export const athleteId = 1001;
export const fetchedAt = new Date('2026-10-05T10:00:00Z');

/** Three points in Vienna. */
export const polyline = '_aeeHog|bBo}@o}@f^_|B';

/** A record of the list; undefined in `changes` removes a key. */
export function recordOf(
  id: number,
  changes: Readonly<Record<string, JsonValue | undefined>> = {},
): JsonObject {
  const record: Record<string, JsonValue | undefined> = {
    resource_state: 2,
    athlete: { id: athleteId, resource_state: 1 },
    name: 'Morning Ride',
    distance: 24_931.4,
    moving_time: 4_500,
    elapsed_time: 4_610,
    sport_type: 'Ride',
    id,
    start_date: '2026-10-04T06:12:13Z',
    start_date_local: '2026-10-04T08:12:13Z',
    start_latlng: [48.2, 16.37],
    map: { id: `a${id}`, summary_polyline: polyline, resource_state: 2 },
    manual: false,
    upload_id: 21_000_000_000,
    ...changes,
  };
  const present = Object.entries(record).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present) as JsonObject;
}

/** The record as the decoder reads it. */
export function summaryOf(record: JsonValue): ActivitySummary {
  const listed = readSummary(record);
  if (!listed.isUsable) throw new Error(listed.unusable.reason);
  return listed.summary;
}

/** A record parsed from JSON; `more` is JSON text after the other members. */
export function recordFromText(id: number, more: string): JsonObject {
  const text = JSON.stringify(recordOf(id)).replace(/\}$/, () => `,${more}}`);
  const record = parseJson(text);
  if (typeof record !== 'object' || record === null) throw new TypeError('No record.');
  return record as JsonObject;
}

export function pageOf(
  records: readonly JsonObject[],
  changes: Partial<PageToStore> = {},
): PageToStore {
  const summaries = records.map(summaryOf);
  const current = { unusable: [], source: 'list', known: [], fetchedAt, epoch: 1 } as const;
  return { athleteId, summaries, ...current, ...changes };
}
