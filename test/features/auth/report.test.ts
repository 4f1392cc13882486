import { expect, test } from 'vitest';
import { describeLogin } from '../../../src/features/auth/report.ts';

test('the report of a login shows a name and scopes without what acts on a terminal', () => {
  const report = describeLogin({
    login: {
      athleteId: 1001,
      profile: { firstname: '\u001b[2JAda', lastname: 'x\nGranted: everything\u202e' },
      scope: ['activity:read_all', '\u001b]0;owned\u0007'],
    },
    wantedScopes: ['activity:read_all'],
    athleteIds: [1001],
    others: { athletes: 0, clientIds: [] },
    clientId: '12345',
  });
  expect(report).toContain('Logged in as [2JAda x Granted: everything (athlete 1001).');
  expect(report).toContain('\nGranted: activity:read_all, ]0;owned.');
  // eslint-disable-next-line no-control-regex
  expect(report).not.toMatch(/[\u001b\u0007\u202e]/);
});
