/**
 * One page of a list, decoded: its records by kind, and what it says about the coverage.
 */
import type { ActivitySummary, ListedRecord, UnusableRecord } from '../domain/activity/activity.ts';
import { isJsonObject } from '../domain/json.ts';
import type { ListRequest, PageOutcome } from '../domain/sync/list-coverage.ts';
import { pageSize } from '../domain/sync/list-coverage.ts';

export interface ListedPage {
  readonly request: ListRequest;
  readonly requestedAt: Date;
  readonly summaries: readonly ActivitySummary[];
  readonly unusable: readonly UnusableRecord[];
  /** Of all records that name one. */
  readonly ids: readonly number[];
  /** How many records it held. */
  readonly count: number;
}

export function listedPage(
  request: ListRequest,
  requestedAt: Date,
  records: readonly ListedRecord[],
): ListedPage {
  return {
    request,
    requestedAt,
    summaries: records.flatMap((one) => (one.isUsable ? [one.summary] : [])),
    unusable: records.flatMap((one) => (one.isUsable ? [] : [one.unusable])),
    ids: records.flatMap(idOf),
    count: records.length,
  };
}

function idOf(listed: ListedRecord): readonly number[] {
  if (listed.isUsable) return [listed.summary.id];
  const { record } = listed.unusable;
  return isJsonObject(record) && typeof record['id'] === 'number' ? [record['id']] : [];
}

export function pageOutcome(page: ListedPage, isEveryRecordNew: boolean): PageOutcome {
  const { request, requestedAt, summaries, count } = page;
  return {
    request,
    requestedAtS: Math.floor(requestedAt.getTime() / 1_000),
    startsS: summaries.map(({ startAt }) => Math.floor(startAt.getTime() / 1_000)),
    count,
    isFull: count >= pageSize,
    isEveryRecordNew,
  };
}
