import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { readActivityTable } from '../../../src/domain/bulk-export/activity-row.ts';

const firstGroup = [
  ...['Activity ID', 'Activity Date', 'Activity Name', 'Activity Type', 'Activity Description'],
  ...['Elapsed Time', 'Distance', 'Max Heart Rate', 'Relative Effort', 'Commute'],
  ...['Activity Private Note', 'Activity Gear', 'Filename'],
];
const fileColumn = firstGroup.length - 1;
const secondGroup = [
  ...['Athlete Weight', 'Bike Weight', 'Elapsed Time', 'Moving Time', 'Distance', 'Max Speed'],
  ...['Average Speed', 'Elevation Gain', 'Elevation Loss', 'Elevation Low', 'Elevation High'],
];
const header = [
  ...firstGroup,
  ...secondGroup,
  ...Array.from({ length: 58 - secondGroup.length - 1 }, () => ''),
];
header[fileColumn + 40] = 'From Upload';
header[fileColumn + 50] = 'Commute';
header[fileColumn + 56] = 'Bike';
header[fileColumn + 57] = 'Gear';

/** A row from cells by their column; the first group is that of a ride. */
function row(cells: Readonly<Record<number, string>> = {}): string[] {
  const base = [
    '7',
    'May 29, 2022, 3:53:35 PM',
    'Ride out',
    'Ride',
    '',
    '3600',
    '20.00',
    '',
    '',
    'false',
  ];
  const given: Record<number, string> = { [fileColumn]: 'activities/99.fit.gz', ...cells };
  return Array.from({ length: header.length }, (_, at) => given[at] ?? base[at] ?? '');
}

const after = (offset: number): number => fileColumn + offset;
const fieldsOf = (table: string[][]) => readActivityTable(table).activities[0]?.fields;

describe('a row of activities.csv', () => {
  it('a row of activities.csv becomes an activity in the names and units of the API', () => {
    const cells = row({
      4: 'Along the river,\r\nand back',
      [after(3)]: '3601.0',
      [after(4)]: '3400.0',
      [after(5)]: '20009.30078125',
      [after(6)]: '14.5',
      [after(8)]: '120.0',
      [after(10)]: '150.1999969482422',
      [after(40)]: '1.0',
      [after(56)]: '13594491.0',
    });
    const { activities, problems } = readActivityTable([header, cells]);
    expect(problems).toEqual([]);
    expect(activities).toEqual([
      {
        id: 7,
        starts: [new Date('2022-05-29T15:53:35Z')],
        dateText: 'May 29, 2022, 3:53:35 PM',
        file: { kind: 'file', path: 'activities/99.fit.gz' },
        isUploaded: true,
        fields: {
          name: 'Ride out',
          description: 'Along the river,\r\nand back',
          sport_type: 'Ride',
          manual: false,
          commute: false,
          gear_id: 'b13594491',
          elapsed_time: 3601,
          moving_time: 3400,
          distance: 20009.3,
          max_speed: 14.5,
          total_elevation_gain: 120,
          elev_low: 150.2,
        },
        row: cells,
      },
    ]);
  });

  it('a row of activities.csv takes the numbers for people where those for machines are empty', () => {
    expect(fieldsOf([header, row()])).toMatchObject({ elapsed_time: 3600, distance: 20_000 });
  });

  it('a row of activities.csv has the gear of shoes with their prefix', () => {
    expect(fieldsOf([header, row({ [after(57)]: '4711.0' })])).toMatchObject({ gear_id: 'g4711' });
  });

  it('a row of activities.csv is entered by hand where it has no file and is not from an upload', () => {
    const byHand = row({ 0: '8', [fileColumn]: '', [after(40)]: '0.0' });
    const lost = row({ 0: '9', [fileColumn]: '' });
    const table = [header, row({ [after(40)]: '1.0' }), byHand, lost];
    const { activities } = readActivityTable(table);
    expect(activities.map(({ isUploaded }) => isUploaded)).toEqual([true, false, true]);
    expect(activities.map(({ file }) => file.kind)).toEqual(['file', 'none', 'none']);
    expect(activities.map(({ fields }) => fields['manual'])).toEqual([false, true, false]);
  });

  it('a row of activities.csv is entered by hand where it has no file and nothing says that it is from an upload', () => {
    const [activity] = readActivityTable([header, row({ [fileColumn]: '' })]).activities;
    expect(activity).toMatchObject({ isUploaded: false, file: { kind: 'none' } });
  });

  it('a row of activities.csv has a missing recording where Strava lost the file', () => {
    const [activity] = readActivityTable([header, row({ [fileColumn]: '#error#' })]).activities;
    expect(activity).toMatchObject({ isUploaded: true, file: { kind: 'missing' } });
  });

  it('a row of activities.csv leaves the sport out where its name is not known', () => {
    expect(fieldsOf([header, row({ 3: 'Kugelstoßen' })])).not.toHaveProperty('sport_type');
  });

  it('a row of activities.csv has no start where its date cannot be read', () => {
    const [activity] = readActivityTable([header, row({ 1: 'yesterday' })]).activities;
    expect(activity).toMatchObject({ starts: [], dateText: 'yesterday' });
  });

  it.each([
    [['x', 'y'], 'it does not begin with an activity id'],
    [[''], 'it does not begin with an activity id'],
    [
      row({ 0: '1,9E+10' }),
      'a spreadsheet rounded its activity id; take the file as Strava made it',
    ],
    [row({ [fileColumn]: 'false' }), "no file's name stands in its column of files (activity 7)"],
    [
      row({ [fileColumn]: 'activities/../../secret.gpx' }),
      "no file's name stands in its column of files (activity 7)",
    ],
  ])('a row of activities.csv is a problem and stops nothing where it reads %j', (bad, problem) => {
    const { activities, problems } = readActivityTable([
      header,
      row({ 0: '5' }),
      bad,
      row({ 0: '6' }),
    ]);
    expect(activities.map(({ id }) => id)).toEqual([5, 6]);
    expect(problems).toEqual([{ where: 'activities.csv, row 3', problem }]);
  });

  it('a row of activities.csv without cells counts, so that a later one is named by its number', () => {
    const { activities, problems } = readActivityTable([header, [], row(), row({ 0: 'x' })]);
    expect(activities).toHaveLength(1);
    expect(problems).toMatchObject([{ where: 'activities.csv, row 4' }]);
  });

  it('a row of activities.csv counts once where it stands twice, and is a problem where the two differ', () => {
    const table = [header, row(), row(), row({ 2: 'Another' })];
    const { activities, problems } = readActivityTable(table);
    expect(activities).toHaveLength(1);
    expect(problems).toEqual([
      { where: 'activities.csv, row 4', problem: 'another row has the id 7 too' },
    ]);
  });
});

describe('the columns of activities.csv', () => {
  it('the columns of activities.csv are found in a language whose names nobody knows', () => {
    const cells = row({ [after(3)]: '3601.0', [after(40)]: '1.0', [after(56)]: '13594491.0' });
    const unknown = header.map((_, at) =>
      at % 2 === 0 ? 'NaN' : `<span title="x, y">${at}</span>`,
    );
    expect(readActivityTable([unknown, cells])).toEqual(readActivityTable([header, cells]));
  });

  it('the columns of activities.csv are found without a header', () => {
    const cells = row({ [after(3)]: '3601.0' });
    expect(readActivityTable([cells])).toEqual(readActivityTable([header, cells]));
  });

  it('the columns of activities.csv are found by their English name where more columns came between', () => {
    const insert = (cells: readonly string[], cell: string): string[] =>
      cells.toSpliced(after(30), 0, cell);
    const cells = insert(row({ [after(40)]: '0.0', [after(56)]: '77.0', [fileColumn]: '' }), '0.5');
    const other = insert(row({ 0: '8', [after(40)]: '1.0' }), '0.25');
    const [activity] = readActivityTable([insert(header, 'New'), cells, other]).activities;
    expect(activity).toMatchObject({ isUploaded: false, fields: { gear_id: 'b77' } });
  });

  it('the columns of activities.csv do not take a sunset or a share for the number of a bike', () => {
    const table = [header.map(() => ''), row({ [after(56)]: '1653850000.0', [after(57)]: '0.25' })];
    expect(fieldsOf(table)).not.toHaveProperty('gear_id');
  });

  it('the columns of activities.csv are the ten of 2018, with metres', () => {
    const old = [
      '7',
      '2018-09-12 15:02:23',
      'Ride',
      'Ride',
      '',
      '3600',
      '20009.3',
      'true',
      '',
      'activities/7.gpx',
    ];
    const [activity] = readActivityTable([old.map(() => 'name'), old]).activities;
    expect(activity).toMatchObject({
      starts: [new Date('2018-09-12T15:02:23Z')],
      fields: { elapsed_time: 3600, distance: 20009.3, commute: true },
    });
  });

  it('the columns of activities.csv are found where every activity was entered by hand', () => {
    const { activities } = readActivityTable([
      ['id'],
      ['7', '2018-09-12 15:02:23', 'Row', 'Rowing'],
    ]);
    expect(activities).toMatchObject([{ id: 7, isUploaded: false, fields: { name: 'Row' } }]);
    expect(readActivityTable([['id'], ['7']]).activities).toMatchObject([
      { id: 7, dateText: '', fields: { name: '', manual: true } },
    ]);
  });

  it('the columns of activities.csv are found though a note in one row is named like a file', () => {
    const note = row({ 10: 'activities/note.fit' });
    const rows = [note, row({ 0: '8' }), row({ 0: '9' })];
    const { activities } = readActivityTable([header, ...rows]);
    const files = activities.map(({ file }) => file.kind === 'file' && file.path);
    expect(files).toEqual(rows.map(() => 'activities/99.fit.gz'));
  });

  it('the columns of activities.csv are none in an empty table', () => {
    expect(readActivityTable([])).toEqual({ activities: [], problems: [] });
  });

  it('the columns of activities.csv never throw, whatever the cells', () => {
    const cell = fc.oneof(
      fc.string(),
      fc.constantFrom('7', 'activities/1.fit', '#error#', 'true', '1.0'),
    );
    fc.assert(
      fc.property(fc.array(fc.array(cell, { maxLength: 12 }), { maxLength: 6 }), (table) => {
        const { activities, problems } = readActivityTable(table);
        expect(activities.length + problems.length).toBeLessThanOrEqual(table.length);
      }),
    );
  });
});
