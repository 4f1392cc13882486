import { describe, expect, it } from 'vitest';
import {
  actionRequiredOf,
  loginsNeeded,
} from '../../../../src/features/shared/status/action-required.ts';
import { everyApplication } from '../../../../src/mongo/schema/definitions/application.ts';

const noOthers = { athletes: 0, clientIds: [] };
const ofExport =
  '12 activities of athlete 7 came from an export, and nobody has logged in to keep them current. Run: npm run auth';

describe('the action required for the login of an athlete', () => {
  it.each([
    ['is being released', []],
    [
      'is being erased',
      [
        'The erasure of Ada (7) is under way or was interrupted. If none is running, run: npm run erase -- --athlete 7',
      ],
    ],
    [
      'Strava rejected the stored refresh token',
      ['Ada (7) has to log in again: Strava rejected the stored refresh token. Run: npm run auth'],
    ],
  ])('the action required for a login that "%s" is %j', (needsAuthorization, expected) => {
    const athlete = { athleteId: 7, name: 'Ada', needsAuthorization, rejectedDeletions: undefined };
    expect(actionRequiredOf([athlete], [])).toEqual(expected);
  });
});

describe('the logins that are needed', () => {
  it('says once that nobody has logged in', () => {
    const found = { athletes: [], others: noOthers, imported: [] };
    expect(loginsNeeded(everyApplication, found)).toEqual([
      'Nobody has logged in yet. Run: npm run auth',
    ]);
    const imported = [{ athleteId: 7, activities: 12 }];
    expect(loginsNeeded(everyApplication, { ...found, imported })).toEqual([ofExport]);
  });

  it("names the other applications' athletes beside imported ones", () => {
    const others = { athletes: 1, clientIds: ['222'] };
    const imported = [{ athleteId: 7, activities: 12 }];
    const [first, second] = loginsNeeded('111', { athletes: [], others, imported });
    expect(first).toMatch(/^Nobody has logged in with the application 111 yet\. 1 athlete belongs/);
    expect(second).toBe(ofExport);
  });
});
