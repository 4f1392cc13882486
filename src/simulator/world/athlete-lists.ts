/**
 * What an athlete has put on lists at Strava: saved routes, whose ids are beyond 2^53, and starred segments.
 */
import type { JsonRecord } from '../api/json-text.ts';
import type { AthleteSpec } from './activity-generation.ts';
import { createRandom } from './random.ts';
import { segmentIdAt, segmentOf } from './segments.ts';

const firstRouteId = 3_141_592_653_589_793_238n;

/** `GET /athletes/{id}/routes`; every third route is private. */
export function savedRoutesOf(spec: AthleteSpec, hidesPrivate: boolean): JsonRecord[] {
  const routes = Array.from({ length: spec.savedRoutes ?? 3 }, (_, index) => {
    const random = createRandom(spec.id, 'route', index);
    const id = firstRouteId + BigInt(spec.id) * 1_000n + BigInt(index);
    return {
      id,
      id_str: String(id),
      resource_state: 2,
      name: `${random.pick(['Round the lake', 'Long one', 'To work'])} ${index + 1}`,
      description: '',
      athlete: { id: spec.id, resource_state: 1 },
      distance: random.integer(5_000, 120_000) + 0.5,
      elevation_gain: random.integer(10, 2_000) + 0.1,
      type: random.integer(1, 2),
      sub_type: random.integer(1, 5),
      private: index % 3 === 2,
      starred: random.chance(0.5),
      timestamp: 1_700_000_000 + index,
      created_at: '2023-11-14T22:13:20Z',
      updated_at: '2023-11-14T22:13:20Z',
      estimated_moving_time: random.integer(1_000, 20_000),
      map: { id: `r${index}`, summary_polyline: '_aeeHog|bBo}@o}@f^_|B', resource_state: 2 },
    };
  });
  return hidesPrivate ? routes.filter((route) => !route.private) : routes;
}

/** `GET /segments/starred`. */
export function starredSegmentsOf(spec: AthleteSpec): JsonRecord[] {
  return Array.from({ length: spec.starredSegments ?? 3 }, (_, index) => ({
    ...(segmentOf(segmentIdAt(index)) ?? {}),
    resource_state: 2,
    starred: true,
    starred_date: '2024-05-01T06:30:00Z',
    athlete_pr_effort: { pr_elapsed_time: 553, pr_date: '2024-05-01', effort_count: 2 },
  }));
}
