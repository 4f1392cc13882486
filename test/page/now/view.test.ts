import { describe, expect, it } from 'vitest';
import type { ActivitySummary } from '../../../src/features/page/api/types/common.ts';
import type { ChangeNow, Now } from '../../../src/features/page/api/types/now.ts';
import { createFormat } from '../../../src/page/lib/format.js';
import { h, toHtml } from '../../../src/page/lib/tree.js';
import type { Context } from '../../../src/page/now/view.js';
import { nowView } from '../../../src/page/now/view.js';
import { athleteOf, nowMs, nowOf } from './now-of.ts';

const format = createFormat({ units: 'metric', locale: 'en-GB', timeZone: 'UTC' });
const context = { format, nowMs, athlete: '', startCommand: 'npm start', copy: undefined };

function htmlOf(now: Now, changes: Partial<Context> = {}): string {
  return toHtml(h('main', {}, ...nowView(now, { ...context, ...changes })));
}

/** What a person reads, with one space between the parts. */
function textOf(now: Now, changes: Partial<Context> = {}): string {
  return htmlOf(now, changes)
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ');
}

function activityOf(changes: Partial<ActivitySummary> = {}): ActivitySummary {
  return {
    ...{ id: '9007199254740993', athleteId: '7', name: 'Loop', sport: 'TrailRun' },
    ...{ start: '2026-11-25T06:00:00Z', local: '2026-11-25T07:00:00', distance: 12_345 },
    ...{ movingTime: 3_725, climbing: 321, streams: 'stored' },
    ...changes,
  };
}

const change: ChangeNow = {
  ...{ activityId: '1', athleteId: '7', name: '', at: '2026-11-26T10:00:00Z' },
  ...{ kind: 'changed', fields: [] },
};
const parked = { activityId: '3', athleteId: '7', name: 'Bad', reason: 'a 500', nextTryAt: null };

describe('the view of now', () => {
  it('shows how far the history is, and the day it will be done', () => {
    const text = textOf(nowOf());
    expect(text).toContain('900 of 1,220 recordings');
    expect(text).toContain('300 to fetch: done about 26 Nov 2026 (in 2 hours).');
    expect(text).toContain('Activities 1,300, 1 May 2012 to 25 Nov 2026');
    expect(text).toContain('600 from Strava’s API, 300 from an export');
    expect(text).toContain('Without 80 have no recording Parked 20');
  });

  it('draws the share of the stored recordings', () => {
    expect(htmlOf(nowOf())).toContain('aria-label="900 of 1,220 recordings stored"');
    expect(htmlOf(nowOf())).toContain('class="bar-value" x="0%" width="73.77%"');
  });

  it('shows both windows of the quota with the reserve at the end', () => {
    const text = textOf(nowOf());
    expect(text).toContain('150 of 200 used in 15 minutes Resets at 12:15 (in 15 minutes)');
    expect(text).toContain('150 of 200 used in 24 hours Resets at 00:00 (in 12 hours)');
    expect(htmlOf(nowOf())).toContain('class="bar-reserve" x="90.00%" width="10.00%"');
  });

  it('counts down where the quota is spent, and stops when it opens', () => {
    const opensAt = '2026-11-26T12:15:00Z';
    const now = nowOf({ quota: { ...nowOf().quota, opensAt } });
    expect(textOf(now)).toContain('Spent: the next request leaves at 12:15, in 15:00.');
    expect(textOf(now, { nowMs: nowMs + 10_000 })).toContain('in 14:50.');
    expect(textOf(now, { nowMs: nowMs + 901_000 })).not.toContain('Spent');
  });

  it('shows what is required, with the command to copy', () => {
    const need = { text: 'Ann has to log in. Run: npm run auth', commands: ['npm run auth'] };
    const now = nowOf({ needs: [need] });
    expect(htmlOf(now)).toContain('<code>npm run auth</code>');
    expect(htmlOf(now)).not.toContain('<button');
    expect(htmlOf(now, { copy: () => undefined })).toContain('aria-label="Copy npm run auth"');
  });

  it('names the command that starts the daemon where none runs', () => {
    expect(textOf(nowOf())).toContain('Running Since 20 Nov 2026, 10:00, on box');
    const text = textOf(nowOf({ daemons: [], lastRun: null }));
    expect(text).toContain(
      'Not running Nothing new arrives until it runs. Start it with: npm start',
    );
    expect(text).toContain('Last run none yet');
  });

  it('shows the last activities in wall time, with what is missing of them', () => {
    const recent = [
      activityOf(),
      activityOf({ id: '2', name: '', local: '', distance: null, streams: 'pending' }),
    ];
    const html = htmlOf(nowOf({ recent }), { athlete: '7' });
    expect(html).toContain('href="/activities/9007199254740993?athlete=7"');
    const text = textOf(nowOf({ recent }));
    expect(text).toContain('25 Nov 2026, 07:00 Loop Trail run 12.35 km 1h 2m 321 m');
    expect(text).toContain('25 Nov 2026, 06:00 Unnamed summary only Trail run 1h 2m');
  });

  it('shows changes and what is parked', () => {
    const text = textOf(
      nowOf({
        changes: [
          { ...change, activityId: '1', name: 'Lunch', fields: ['name', 'gear_id'] },
          { ...change, activityId: '2', kind: 'deleted' },
        ],
        parked: [{ ...parked, nextTryAt: '2026-11-26T18:00:00Z' }],
      }),
    );
    expect(text).toContain('Lunch changed: name, gear_id, 2 hours ago');
    expect(text).toContain('Activity 2 deleted, 2 hours ago');
    expect(text).toContain('Bad a 500 ; tried again in 6 hours');
  });

  it('writes foreign names as text alone', () => {
    const name = `<script>alert("1")</script>`;
    const html = htmlOf(
      nowOf({ athletes: [athleteOf({ name })], recent: [activityOf({ name, sport: '<b>' })] }),
    );
    expect(html).not.toMatch(/<script|<b>/);
    expect(html).toContain('<bdi>&lt;script&gt;');
  });

  it('shows the chosen athlete alone', () => {
    const athletes = [athleteOf(), athleteOf({ id: '8', name: 'Bo' })];
    const recent = [activityOf(), activityOf({ id: '2', athleteId: '8', name: 'Of Bo' })];
    const changes = [
      { ...change, name: 'Change of Ann' },
      { ...change, athleteId: '8', name: 'Change by Bo' },
    ];
    const now = nowOf({
      athletes,
      recent,
      changes,
      parked: [{ ...parked, name: 'Parked of Ann' }],
    });
    const text = textOf(now, { athlete: '8' });
    expect(text).toContain('Of Bo');
    expect(text).toContain('Change by Bo');
    expect(text).toContain('Parked 20 that are not listed here.');
    expect(text).not.toMatch(/Ann|Loop/);
  });

  it('shows ten activities and changes where all athletes together have more', () => {
    const some = Array.from({ length: 12 }, (_, index) => String(index));
    const recent = some.map((id) => activityOf({ id, name: `Loop ${id}.` }));
    const changes = some.map((id) => ({ ...change, name: `Change ${id}.` }));
    const text = textOf(nowOf({ recent, changes }));
    expect(text).toMatch(/Loop 9\..*Change 9\./);
    expect(text).not.toMatch(/(?:Loop|Change) 10\./);
  });

  it('says that nothing is parked only where that is so', () => {
    const none = { stored: 900, pending: 300, none: 80, parked: 0 };
    expect(textOf(nowOf({ athletes: [athleteOf({ streams: none })] }))).toContain(
      'Parked Nothing:',
    );
    expect(textOf(nowOf())).not.toContain('Parked Nothing:');
  });
});

describe('the states of an athlete', () => {
  const streams = { stored: 0, pending: 0, none: 0, parked: 0 };

  it.each([
    ['erased', [], '9', 'Nothing is stored of athlete 9: erased, or never logged in.'],
    [
      'not listed yet',
      [athleteOf({ activities: 0, streams, listedSince: null })],
      '',
      'Nothing is listed yet',
    ],
    [
      'without activities',
      [athleteOf({ activities: 0, streams })],
      '',
      'Strava lists no activity.',
    ],
    [
      'without recordings',
      [athleteOf({ streams: { ...streams, none: 9 } })],
      '',
      'No activity has a recording.',
    ],
    [
      'complete',
      [athleteOf({ streams: { ...streams, stored: 9 } })],
      '',
      'Every recording is here that Strava has.',
    ],
    ['only in an export', [athleteOf({ isLoggedIn: false })], '', 'From an export alone'],
    [
      'without a login and an export',
      [athleteOf({ isLoggedIn: false, hasExport: false })],
      '',
      'No login keeps this current.',
    ],
    [
      'only with summaries',
      [athleteOf({ isLoggedIn: false, streams: { ...streams, pending: 9 }, streamsToDo: 0 })],
      '',
      '9 activities have only their summary.',
    ],
    [
      'deauthorized',
      [athleteOf({ deauthorizedAt: '2026-11-01T00:00:00Z' })],
      '',
      'Withdrew the access at Strava on 1 Nov 2026; the data is kept.',
    ],
    ['without a name', [athleteOf({ name: '' })], '', 'Athlete 7'],
  ] as const)('show one that is %s', (_state, athletes, athlete, text) => {
    expect(textOf(nowOf({ athletes }), { athlete })).toContain(text);
  });

  it('have the day of all once, where each has only a part of what is to fetch', () => {
    const athletes = [
      athleteOf({ streamsToDo: 250 }),
      athleteOf({ id: '8', name: 'Bo', streamsToDo: 50 }),
    ];
    const now = nowOf({ athletes });
    const day = 'done about 26 Nov 2026 (in 2 hours).';
    const joint = `300 to fetch for all athletes together: ${day}`;
    for (const athlete of ['', '8']) {
      expect(textOf(now, { athlete })).toContain(joint);
      expect(textOf(now, { athlete }).split('done about')).toHaveLength(2);
    }
    expect(textOf(now)).toContain('250 to fetch. 50 activities have only their summary.');
  });

  it('have the day of all in the card of who has all that is to fetch', () => {
    const athletes = [athleteOf(), athleteOf({ id: '8', name: 'Bo', streamsToDo: 0 })];
    const text = textOf(nowOf({ athletes }));
    expect(text).toContain('300 to fetch: done about 26 Nov 2026 (in 2 hours).');
    expect(text).not.toContain('together');
    expect(textOf(nowOf({ athletes }), { athlete: '8' })).toContain(
      '300 to fetch for all athletes',
    );
  });

  it('have no end where nothing can be estimated', () => {
    const toDo = { streams: 300, duration: '', endsAt: null };
    expect(textOf(nowOf({ toDo }))).toContain('300 to fetch.');
  });
});
