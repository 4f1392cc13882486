import { describe, expect, it } from 'vitest';

import { readAthlete, readGear } from '../../../src/domain/bulk-export/athlete-tables.ts';

const names = (count: number): string[] => Array.from({ length: count }, (_, at) => `Name ${at}`);
const profile = [
  names(10),
  ['1001', 'a@example.com', 'Ada', 'Berg', 'Female', 'bio', '70.5', 'Wien', '', 'Austria'],
];

describe('the athlete of an export', () => {
  it('the athlete of an export is read by the order of the columns, without the e-mail address', () => {
    const preferences = [names(4), ['Jul 7, 1977', '74.0 kg', '173 W', '186']];
    expect(readAthlete(profile, preferences)).toEqual({
      id: 1001,
      fields: {
        firstname: 'Ada',
        lastname: 'Berg',
        city: 'Wien',
        country: 'Austria',
        weight: 74,
        ftp: 173,
      },
    });
  });

  it('the athlete of an export has a weight in kilograms where the account uses pounds', () => {
    expect(readAthlete(profile, [names(1), ['163.1 lbs']]).fields['weight']).toBe(74);
  });

  it('the athlete of an export has the weight of the profile where no preference tells it', () => {
    expect(readAthlete(profile, []).fields['weight']).toBe(70.5);
  });

  it('the athlete of an export is unknown where there is no profile', () => {
    expect(readAthlete([], [])).toEqual({ id: undefined, fields: {} });
  });
});

describe('the gear of an export', () => {
  it('the gear of an export has name, brand, model and default sports', () => {
    const table = [
      names(4),
      ['Commuter', 'Puch', 'Mistral', 'Ride, E-Bike Ride, Unicycling'],
      ['', 'Semperit', 'Patschen', ''],
      ['Nameless'],
      ['', '', '', 'Ride'],
    ];
    expect(readGear(table, 'bike')).toEqual([
      {
        kind: 'bike',
        name: 'Commuter',
        brand_name: 'Puch',
        model_name: 'Mistral',
        default_sport_types: ['Ride', 'EBikeRide'],
      },
      { kind: 'bike', name: 'Semperit Patschen', brand_name: 'Semperit', model_name: 'Patschen' },
      { kind: 'bike', name: 'Nameless' },
    ]);
  });

  it('the gear of an export is none where the table is not there', () => {
    expect(readGear([], 'shoes')).toEqual([]);
  });
});
