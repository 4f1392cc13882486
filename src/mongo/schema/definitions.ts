/**
 * Every collection, in the order in which docs/schema.md shows them.
 */
import { activities } from './activities.ts';
import { athletes } from './athletes.ts';
import {
  events,
  leases,
  notifications,
  parked,
  quota,
  runs,
  schema,
  workers,
} from './bookkeeping.ts';
import { savedRoutes, starredSegments } from './athlete-lists.ts';
import { changes, tombstones } from './history.ts';
import { pendingLogins, subscriptions, tokens } from './logins.ts';
import { routes } from './routes.ts';
import { gear, segments } from './segments-and-gear.ts';
import { streams } from './streams.ts';

export const definitions = [
  activities,
  streams,
  routes,
  athletes,
  gear,
  segments,
  savedRoutes,
  starredSegments,
  changes,
  tombstones,
  tokens,
  pendingLogins,
  parked,
  runs,
  quota,
  workers,
  leases,
  events,
  subscriptions,
  notifications,
  schema,
] as const;
