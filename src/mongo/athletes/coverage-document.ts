/**
 * How far a list is known, as it stands in an athlete's document: seconds there and dates here.
 */
import type { ListCoverage } from '../../domain/sync/list-coverage.ts';
import { nothingCovered } from '../../domain/sync/list-coverage.ts';
import type { Reconcile, BackfillRequest } from '../../sync/ports/ports.ts';
import type {
  BackfillRequestDocument,
  ListCoverageDocument,
  ReconcileDocument,
} from '../schema/collections.ts';

export function listingFrom(document: ListCoverageDocument | undefined): ListCoverage {
  if (document === undefined) return nothingCovered;
  const spans = document.spans.map(({ from, to }) => ({ fromS: seconds(from), toS: seconds(to) }));
  if (document.cursor === undefined) return { spans };
  const { before, page, reached } = document.cursor;
  const bound = before && { beforeS: seconds(before) };
  const reach = reached && { reachedS: seconds(reached) };
  return { spans, cursor: { page, ...bound, ...reach } };
}

export function listingTo({ spans, cursor }: ListCoverage): ListCoverageDocument {
  const { beforeS, page, reachedS } = cursor ?? {};
  return {
    spans: spans.map(({ fromS, toS }) => ({ from: instant(fromS), to: instant(toS) })),
    ...(page !== undefined && {
      cursor: {
        page,
        ...(beforeS !== undefined && { before: instant(beforeS) }),
        ...(reachedS !== undefined && { reached: instant(reachedS) }),
      },
    }),
  };
}

export function backfillFrom({
  id,
  since,
  until,
  requested_at,
  coverage,
}: BackfillRequestDocument): BackfillRequest {
  return {
    id,
    since,
    ...(until && { until }),
    requestedAt: requested_at,
    coverage: listingFrom(coverage),
  };
}

export function backfillTo({
  id,
  since,
  until,
  requestedAt,
  coverage,
}: BackfillRequest): BackfillRequestDocument {
  return {
    id,
    since,
    ...(until && { until }),
    requested_at: requestedAt,
    coverage: listingTo(coverage),
  };
}

export function reconcileFrom(document: ReconcileDocument): Reconcile {
  const { kind, started_at, since, coverage } = document;
  return { kind, startedAt: started_at, ...(since && { since }), coverage: listingFrom(coverage) };
}

export function reconcileTo({ kind, startedAt, since, coverage }: Reconcile): ReconcileDocument {
  return { kind, started_at: startedAt, ...(since && { since }), coverage: listingTo(coverage) };
}

function seconds(at: Date): number {
  return Math.floor(at.getTime() / 1_000);
}

function instant(secondsSinceEpoch: number): Date {
  return new Date(secondsSinceEpoch * 1_000);
}
