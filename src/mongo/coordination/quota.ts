/**
 * The `quota` collection: one document an application, changed by compare-and-set on its revision, so
 * that both windows are charged in one atomic write whatever process it comes from. The arithmetic is
 * the domain's.
 */
import type { Collection, Document } from 'mongodb';
import type {
  Charge,
  RequestInFlight,
  QuotaState,
  WindowCount,
} from '../../domain/rate-limit/quota-state.ts';
import { emptyQuota } from '../../domain/rate-limit/quota-state.ts';
import { dropInFlight } from '../../domain/rate-limit/quota-feedback.ts';
import { isCertainlyDead } from '../../owner.ts';
import type { QuotaStore } from '../../sync/ports/quota.ts';
import { quota as definition } from '../schema/definitions/bookkeeping.ts';
import { decodeAll } from '../schema/checked-collection.ts';
import type { QuotaDocument, Store } from '../schema/collections.ts';
import { isDuplicateKey } from '../base/failures.ts';
import type { Change, Result } from './batched-changes.ts';
import { applyAll, batched } from './batched-changes.ts';

/** The quota as it was last read or written. */
interface Known {
  readonly revision: number;
  readonly state: QuotaState;
  /** What another program or a hand put in its place; then the quota starts anew, as where there is none. */
  readonly foreign?: Document;
}

/** The quota of one application, by its client id. */
export function createQuotaStore({ db, warn }: Store, clientId: string): QuotaStore {
  // Not decoded by itself: what is in the place of the quota has to be replaced.
  const quota = db.collection<QuotaDocument>('quota');
  let known: Known | undefined;

  const read = async (): Promise<Known> => {
    const found = await quota.findOne({ _id: clientId });
    if (found === null) return { revision: 0, state: emptyQuota };
    const [document] = decodeAll(definition, [found], { warn });
    return document === undefined
      ? { revision: 0, state: emptyQuota, foreign: found }
      : { revision: document.revision, state: stateFrom(document) };
  };

  const write = async (
    changes: readonly Change<QuotaState>[],
  ): Promise<readonly Result<QuotaState>[]> => {
    for (;;) {
      const isFromMemory = known !== undefined;
      const base = known ?? (await read());
      known = undefined;
      const results = applyAll(base.state, changes);
      const state = results.findLast(({ isChanged }) => isChanged)?.state;
      if (state === undefined) {
        // What this process remembers may be out of date: only the stored state can reject a request.
        if (isFromMemory) continue;
        known = base;
        return results;
      }
      // A success proves that `base` was the stored state, for those too that it rejects.
      if (await replace(quota, documentOf(clientId, base.revision + 1, state), base)) {
        known = { revision: base.revision + 1, state };
        return results;
      }
    }
  };

  return {
    load: async () => (await read()).state,
    update: batched(write),
  };
}

/** The client ids whose quota was ever counted. */
export async function knownApplications({ quota }: Store): Promise<readonly string[]> {
  const found = await quota.find({}, { projection: { _id: 1 } }).toArray();
  return found.map(({ _id }) => _id);
}

/** Drops the requests in flight of dead processes; their charge to the quota stays. */
export async function forgetRequestsOfDeadProcesses(
  store: QuotaStore,
  host: string,
): Promise<void> {
  const { inFlight } = await store.load();
  const dead = new Set<string>();
  for (const { owner } of inFlight) if (await isCertainlyDead(owner, host)) dead.add(owner);
  if (dead.size === 0) return;
  await store.update((state) => dropInFlight(state, (owner) => dead.has(owner)));
}

/** Returns false where another process was faster. */
async function replace(
  quota: Collection<QuotaDocument>,
  document: QuotaDocument,
  { foreign }: Known,
): Promise<boolean> {
  const { _id, revision } = document;
  const earlier = foreign === undefined ? { _id, revision: revision - 1 } : asRead(foreign);
  try {
    const { matchedCount, upsertedCount } = await quota.replaceOne(earlier, document, {
      upsert: revision === 1 && foreign === undefined,
    });
    return matchedCount + upsertedCount > 0;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}

/** The document, unless another process replaced it meanwhile. */
function asRead({ _id, revision, windows }: Document): Document {
  return {
    _id: _id as unknown,
    revision: (revision ?? null) as unknown,
    windows: (windows ?? null) as unknown,
  };
}

function stateFrom(document: QuotaDocument): QuotaState {
  return {
    windows: document.windows.map((window): WindowCount => ({
      kind: window.kind,
      startMs: window.start.getTime(),
      reserved: window.reserved,
      maxForeign: window.max_foreign,
      minForeign: window.min_foreign,
      seen: window.seen,
      isClosed: window.is_closed,
    })),
    inFlight: document.in_flight.map((request): RequestInFlight => ({
      id: request.id,
      owner: request.owner,
      atMs: request.at.getTime(),
      charges: request.charges.map(({ kind, start, settled_before }): Charge => ({
        kind,
        startMs: start.getTime(),
        settledBefore: settled_before,
      })),
    })),
    observed: document.observed,
  };
}

function documentOf(clientId: string, revision: number, state: QuotaState): QuotaDocument {
  return {
    _id: clientId,
    revision,
    windows: state.windows.map((window) => ({
      kind: window.kind,
      start: new Date(window.startMs),
      reserved: window.reserved,
      max_foreign: window.maxForeign,
      min_foreign: window.minForeign,
      seen: window.seen,
      is_closed: window.isClosed,
    })),
    in_flight: state.inFlight.map((request) => ({
      id: request.id,
      owner: request.owner,
      at: new Date(request.atMs),
      charges: request.charges.map(({ kind, startMs, settledBefore }) => ({
        kind,
        start: new Date(startMs),
        settled_before: settledBefore,
      })),
    })),
    observed: state.observed,
  };
}
