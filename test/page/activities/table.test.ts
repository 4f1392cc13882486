import { describe, expect, it } from 'vitest';
import type { Row } from '../../../src/page/lib/activities.js';
import { columns, sorted } from '../../../src/page/activities/table.js';

function row(name: string, changes: Partial<Row> = {}): Row {
  return {
    ...{ id: name, athleteId: '7', athlete: 'Ann', name, sport: 'Run', start: 0, local: '' },
    ...{ place: '', city: '' },
    ...{ distance: null, movingTime: null, elapsedTime: null, climbing: null, heartrate: null },
    ...{ watts: null, gearId: '', gear: '', streams: 'stored', hasTrack: true },
    ...{ isManual: false, isOfExport: false },
    ...changes,
  };
}
const rows = [
  row('Lap 10', { distance: 9_000, movingTime: 3_000 }),
  row('Lap 9', { distance: null }),
  row('lap 2', { distance: 10_000, movingTime: 2_000 }),
];
const order = (key: string, isAscending: boolean): readonly string[] =>
  sorted(rows, { key, isAscending }).map(({ name }) => name);

describe('the order of the activities', () => {
  it('is by number, and those without one are last in both directions', () => {
    expect(order('distance', false)).toEqual(['lap 2', 'Lap 10', 'Lap 9']);
    expect(order('distance', true)).toEqual(['Lap 10', 'lap 2', 'Lap 9']);
    expect(order('rate', false)).toEqual(['lap 2', 'Lap 10', 'Lap 9']);
  });

  it('is by text, with the numbers in it as numbers', () => {
    expect(order('name', true)).toEqual(['lap 2', 'Lap 9', 'Lap 10']);
  });

  it('is by the start where the address names no column', () => {
    const dated = rows.map((one, index) => ({ ...one, start: index }));
    const found = sorted(dated, { key: 'nonsense', isAscending: false });
    expect(found.map(({ start }) => start)).toEqual([2, 1, 0]);
  });

  it.each(columns.map(({ key }) => key))('by %s keeps every row', (key) => {
    expect(sorted(rows, { key, isAscending: true })).toHaveLength(3);
  });
});
