/**
 * Every collection, in the order in which docs/schema.md shows them.
 */
import { activities } from './activities.ts';
import { athletes } from './athletes.ts';
import { events, leases, notices, parked, quota, runs, schema } from './bookkeeping.ts';
import type { Definition } from './field.ts';
import { changes, tombstones } from './history.ts';
import { pendingGrants, subscriptions, tokens } from './logins.ts';
import { gear, segments } from './segments-and-gear.ts';
import { streams } from './streams.ts';

export const definitions: readonly Definition[] = [
  activities,
  streams,
  athletes,
  gear,
  segments,
  changes,
  tombstones,
  tokens,
  pendingGrants,
  parked,
  runs,
  quota,
  leases,
  events,
  subscriptions,
  notices,
  schema,
];
