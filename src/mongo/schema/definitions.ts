/**
 * Every collection, in the order in which docs/schema.md shows them.
 */
import { activities } from './definitions/activities.ts';
import { athletes } from './definitions/athletes.ts';
import {
  events,
  leases,
  notifications,
  parked,
  quota,
  runs,
  schema,
  workers,
} from './definitions/bookkeeping.ts';
import { savedRoutes, starredSegments } from './definitions/athlete-lists.ts';
import { changes, tombstones } from './definitions/history.ts';
import { pendingLogins, subscriptions, tokens } from './definitions/logins.ts';
import { routes } from './definitions/routes.ts';
import { gear, segments } from './definitions/segments-and-gear.ts';
import { streams } from './definitions/streams.ts';

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
