/**
 * How far a list is known, as it stands in an athlete's document: seconds there and dates here.
 */
import type { Listing } from '../../domain/sync/list-coverage.ts';
import { nothingListed } from '../../domain/sync/list-coverage.ts';
import type { Reconcile, Wish } from '../../sync/ports/ports.ts';
import type { ListingDocument, ReconcileDocument, WishDocument } from '../schema/collections.ts';

export function listingFrom(document: ListingDocument | undefined): Listing {
  if (document === undefined) return nothingListed;
  const spans = document.spans.map(({ from, to }) => ({ fromS: seconds(from), toS: seconds(to) }));
  if (document.cursor === undefined) return { spans };
  const { before, page, reached } = document.cursor;
  const bound = before && { beforeS: seconds(before) };
  const reach = reached && { reachedS: seconds(reached) };
  return { spans, cursor: { page, ...bound, ...reach } };
}

export function listingTo({ spans, cursor }: Listing): ListingDocument {
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

export function wishFrom({ id, since, until, requested_at, listing }: WishDocument): Wish {
  return {
    id,
    since,
    ...(until && { until }),
    requestedAt: requested_at,
    listing: listingFrom(listing),
  };
}

export function wishTo({ id, since, until, requestedAt, listing }: Wish): WishDocument {
  return {
    id,
    since,
    ...(until && { until }),
    requested_at: requestedAt,
    listing: listingTo(listing),
  };
}

export function reconcileFrom(document: ReconcileDocument): Reconcile {
  const { kind, started_at, since, listing } = document;
  return { kind, startedAt: started_at, ...(since && { since }), listing: listingFrom(listing) };
}

export function reconcileTo({ kind, startedAt, since, listing }: Reconcile): ReconcileDocument {
  return { kind, started_at: startedAt, ...(since && { since }), listing: listingTo(listing) };
}

function seconds(at: Date): number {
  return Math.floor(at.getTime() / 1_000);
}

function instant(secondsSinceEpoch: number): Date {
  return new Date(secondsSinceEpoch * 1_000);
}
