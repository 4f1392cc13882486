/**
 * The small database of the examples in docs/page-api.md.
 */
import { saveAthlete } from '../../../../src/mongo/athletes/athletes.ts';
import { everyApplication } from '../../../../src/mongo/schema/application.ts';
import { createTokenStore } from '../../../../src/mongo/tokens/tokens.ts';
import type { Adapter } from '../../../mongo/adapter.ts';
import { athleteId, pageOf, recordOf } from '../../../mongo/pages.ts';

/** When the examples are read. */
export const exampleNow = '2026-11-22T14:05:00Z';

const activities = [
  { id: 19_000_000_001, day: '2026-10-31', name: 'Before work', sport_type: 'Run' },
  { id: 19_000_000_002, day: '2026-11-01', name: 'Over the hills', sport_type: 'Ride' },
  { id: 19_000_000_003, day: '2026-11-22', name: 'Morning Ride', sport_type: 'Ride' },
];

export async function fillExample({ store, activities: stored }: Adapter): Promise<void> {
  const tokens = createTokenStore(store, everyApplication);
  const expiresAt = new Date(exampleNow);
  await tokens.save({ athleteId, accessToken: 'a', refreshToken: 'r', expiresAt });
  await saveAthlete(store, athleteId, { firstname: 'Ada', lastname: 'Example' });
  const records = activities.map(({ id, day, ...fields }) =>
    recordOf(id, {
      ...fields,
      start_date: `${day}T07:12:44Z`,
      start_date_local: `${day}T08:12:44Z`,
      total_elevation_gain: 516,
    }),
  );
  const fetchedAt = new Date('2026-11-22T14:00:00Z');
  await stored.storePage(pageOf(records, { fetchedAt }));
  const renamed = { ...records[0], name: 'Before breakfast' };
  await stored.storePage(pageOf([renamed], { fetchedAt: new Date(exampleNow) }));
}
