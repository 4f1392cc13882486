/**
 * The `quota` collection: one document an application, changed by compare-and-set on its revision, so
 * that both windows are charged in one atomic write whatever process it comes from. The arithmetic is
 * the domain's.
 */
import type { Collection } from 'mongodb';
import type {
  Charge,
  RequestInFlight,
  QuotaState,
  WindowCount,
} from '../../domain/rate-limit/quota-state.ts';
import { emptyQuota } from '../../domain/rate-limit/quota-state.ts';
import type { QuotaStore } from '../../sync/ports/quota.ts';
import type { QuotaDocument, Store } from '../schema/collections.ts';
import { isDuplicateKey } from '../base/failures.ts';

/** The quota of one application, by its client id. */
export function createQuotaStore({ quota }: Store, clientId: string): QuotaStore {
  let known: { readonly revision: number; readonly state: QuotaState } | undefined;

  const read = async (): Promise<{ revision: number; state: QuotaState }> => {
    const found = await quota.findOne({ _id: clientId });
    return found === null
      ? { revision: 0, state: emptyQuota }
      : { revision: found.revision, state: stateFrom(found) };
  };

  const change = async (decide: (state: QuotaState) => QuotaState | undefined) => {
    for (;;) {
      const isFromMemory = known !== undefined;
      const base = known ?? (await read());
      const state = decide(base.state);
      known = state === undefined ? base : undefined;
      if (state === undefined && !isFromMemory) return base.state;
      // What this process remembers may be out of date: only the stored state can reject a request.
      if (state === undefined) known = undefined;
      else if (await replace(quota, documentOf(clientId, base.revision + 1, state))) {
        known = { revision: base.revision + 1, state };
        return state;
      }
    }
  };

  let last: Promise<unknown> = Promise.resolve();
  return {
    load: async () => (await read()).state,
    update: (decide) => {
      const next = last.then(
        () => change(decide),
        () => change(decide),
      );
      last = next;
      return next;
    },
  };
}

/** The client ids whose quota was ever counted. */
export async function knownApplications({ quota }: Store): Promise<readonly string[]> {
  const found = await quota.find({}, { projection: { _id: 1 } }).toArray();
  return found.map(({ _id }) => _id);
}

/** Returns false where another process was faster. */
async function replace(
  quota: Collection<QuotaDocument>,
  document: QuotaDocument,
): Promise<boolean> {
  const { _id, revision } = document;
  try {
    const { matchedCount, upsertedCount } = await quota.replaceOne(
      { _id, revision: revision - 1 },
      document,
      { upsert: revision === 1 },
    );
    return matchedCount + upsertedCount > 0;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
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
