import { describe, expect, it } from 'vitest';
import type { ActivityColumns } from '../../../src/features/page/api/types/lists.ts';
import { choicesOf, filtered, rowsOf } from '../../../src/page/lib/activities.js';

/** Three activities of two athletes; the second has neither gear nor local time. */
const answer: ActivityColumns = {
  count: 3,
  athletes: [
    { id: '7', name: 'Ann' },
    { id: '8', name: '' },
  ],
  gear: [
    { id: 'g1', name: 'Shoes' },
    { id: 'b2', name: 'Crème bike' },
  ],
  sports: ['Run', 'Ride'],
  places: [{ city: 'Innere Stadt', text: 'Innere Stadt, Vienna, Austria' }],
  columns: {
    id: ['9007199254740993', '2', '3'],
    athlete: [0, 1, 0],
    name: ['Évening loop', 'Lunch', 'Old one'],
    sport: [0, 1, 1],
    place: [0, null, 0],
    start: [1_795_000_000, 1_767_225_600, 1_500_000_000],
    local: ['2026-11-18T12:06:40', '', '2017-07-14T02:40:00'],
    distance: [5_000, null, 30_000],
    movingTime: [1_500, null, 3_600],
    elapsedTime: [1_600, null, 4_000],
    climbing: [10, null, 400],
    heartrate: [150, null, null],
    watts: [null, null, 200],
    gear: [0, null, 1],
    streams: ['stored', 'none', 'pending'],
    hasTrack: [true, false, true],
    isManual: [false, true, false],
    isOfExport: [false, false, true],
  },
};
const rows = rowsOf(answer);
const namesOf = (filter: Parameters<typeof filtered>[1]): readonly string[] =>
  filtered(rows, filter).map(({ name }) => name);

describe('the rows of the activities', () => {
  it('have the names that the columns refer to, and ids without rounding', () => {
    expect(rows[0]).toMatchObject({
      id: '9007199254740993',
      athlete: 'Ann',
      sport: 'Run',
      gear: 'Shoes',
      place: 'Innere Stadt, Vienna, Austria',
      city: 'Innere Stadt',
    });
    expect(rows[1]).toMatchObject({
      athleteId: '8',
      athlete: '',
      gearId: '',
      gear: '',
      distance: null,
      place: '',
      city: '',
    });
  });

  it('are filtered by athlete, sport, year and gear together', () => {
    expect(namesOf({ athlete: '7' })).toEqual(['Évening loop', 'Old one']);
    expect(namesOf({ athlete: '7', sport: 'Ride' })).toEqual(['Old one']);
    expect(namesOf({ year: '2026' })).toEqual(['Évening loop', 'Lunch']);
    expect(namesOf({ gear: 'b2' })).toEqual(['Old one']);
    expect(namesOf({})).toHaveLength(3);
  });

  it('are found by words in any order, without case and accents', () => {
    expect(namesOf({ text: ' LOOP evening' })).toEqual(['Évening loop']);
    expect(namesOf({ text: 'creme' })).toEqual(['Old one']);
    expect(namesOf({ text: 'austria ride' })).toEqual(['Old one']);
    expect(namesOf({ text: 'loop ride' })).toEqual([]);
  });

  it('offer the choices that they have', () => {
    expect(choicesOf(rows)).toEqual({
      sports: ['Ride', 'Run'],
      years: ['2026', '2017'],
      gear: [
        ['b2', 'Crème bike'],
        ['g1', 'Shoes'],
      ],
    });
  });
});
