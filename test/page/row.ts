import type { Row } from '../../src/page/lib/activities.js';

/** A row of the list of activities, a ride unless the test says otherwise. */
export function rowOf(row: Partial<Row> = {}): Row {
  return {
    id: '1',
    athleteId: '1001',
    athlete: 'Ada',
    name: 'Morning ride',
    sport: 'Ride',
    place: '',
    city: '',
    start: 1_795_350_000,
    local: '2026-11-22T14:00:00',
    distance: 42_000,
    movingTime: 5_400,
    elapsedTime: 6_000,
    climbing: 410,
    heartrate: null,
    watts: null,
    gearId: '',
    gear: '',
    streams: 'stored',
    hasTrack: true,
    isManual: false,
    isOfExport: false,
    ...row,
  };
}
