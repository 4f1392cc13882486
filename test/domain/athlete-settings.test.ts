import { describe, expect, it } from 'vitest';

import {
  namedAthletes,
  parseAthleteValues,
  settingsOfAthlete,
} from '../../src/domain/athlete-settings.ts';

const read = (text: string): number | undefined => (/^\d+$/.test(text) ? Number(text) : undefined);
const parse = (text: string) => parseAthleteValues(text, read);

describe('the values of a setting for athletes', () => {
  it('a setting for athletes has one value for all, or values by id, or both', () => {
    expect(parse('50')).toEqual([{ value: 50 }]);
    expect(parse('1001:46')).toEqual([{ athleteId: 1001, value: 46 }]);
    expect(parse('50, 1001: 46,1002:52')).toEqual([
      { value: 50 },
      { athleteId: 1001, value: 46 },
      { athleteId: 1002, value: 52 },
    ]);
  });

  it.each(['', ',', '50,', '50,46', '1001:46,1001:46', 'x', '1001:x', 'x:46', '0:46', '1:2:3'])(
    'a setting for athletes rejects %j',
    (text) => {
      expect(parse(text)).toBeUndefined();
    },
  );

  it("an athlete's own value wins over the value for all, setting by setting", () => {
    const given = {
      restingHeartrate: [{ value: 50 }, { athleteId: 1001, value: 46 }],
      maxHeartrate: [{ athleteId: 1001, value: 192 }],
      sex: [{ value: 'female' as const }],
    };
    expect(namedAthletes(given)).toEqual([1001]);
    expect(settingsOfAthlete(given, 1001)).toEqual({
      restingHeartrate: 46,
      maxHeartrate: 192,
      sex: 'female',
    });
    expect(settingsOfAthlete(given, 1002)).toEqual({
      restingHeartrate: 50,
      maxHeartrate: undefined,
      sex: 'female',
    });
  });
});
