import { describe, expect, it } from 'vitest';
import { importLines, progressText } from '../../../src/features/import/progress.ts';
import type { ImportReport } from '../../../src/features/import/report.ts';
import { importJson, importText } from '../../../src/features/import/report.ts';
import type { ImportCounts, ImportProblem } from '../../../src/features/import/result.ts';
import { emptyResult } from '../../../src/features/import/result.ts';
import { rowOf } from './fakes.ts';

function reportOf(
  counts: Partial<ImportCounts>,
  problems: ImportProblem[] = [],
  given: Partial<ImportReport> = {},
): ImportReport {
  const all = { ...emptyResult().counts, ...counts };
  return { counts: all, problems, athleteId: 7, isDryRun: false, elapsedMs: 160_000, ...given };
}

describe('the report of an import', () => {
  const counts = {
    ...{ activities: 5_000, added: 4_000, changed: 800, unchanged: 60, keptApi: 11, deleted: 2 },
    ...{ recordings: 4_702, cut: 38, byHand: 129, leftToApi: 7 },
  };

  it('the report of an import is one sentence, and what else became of activities', () => {
    expect(importText(reportOf(counts))).toBe(
      [
        'Imported 4,871 of 5,000 activities with 4,702 recordings (38 cut to the activity, 129 by hand, 7 left to the API) in 2 minutes 40 seconds.',
        '60 activities were stored already, unchanged.',
        "11 activities keep the API's recording.",
        '2 activities were deleted at Strava since the export, and stay deleted.',
      ].join('\n'),
    );
    expect(importText(reportOf({ activities: 1, added: 1, recordings: 1 }))).toBe(
      'Imported 1 of 1 activity with 1 recording in 2 minutes 40 seconds.',
    );
  });

  it('the report of an import says of a dry run what would be', () => {
    const text = importText(
      reportOf({ activities: 2, added: 1, keptApi: 1 }, [], { isDryRun: true }),
    );
    expect(text).toBe(
      [
        'Would import 2 of 2 activities with 0 recordings. Nothing was written.',
        "1 activity would keep the API's recording.",
      ].join('\n'),
    );
  });

  it('the report of an import says how to turn the details off, without a login by the setting alone', () => {
    const details = { areDetailsOn: true };
    expect(importText(reportOf({}, [], details))).toMatch(
      /are fetched too, newest first\. To turn that off: SYNC_DETAILS=false\.$/,
    );
    expect(importText(reportOf({}, [], { ...details, hasLogin: true, isDryRun: true }))).toMatch(
      /would be fetched .* off: npm run accounts -- --no-details --athlete 7, or SYNC_DETAILS=false\.$/,
    );
  });

  it('the report of an import names ten problems, those first that nothing explains', () => {
    const problems = Array.from({ length: 12 }, (_, index): ImportProblem => ({
      activity: rowOf(12 - index),
      problem: 'it is damaged',
      isExplained: index > 9,
    }));
    const lines = importText(reportOf({}, problems)).split('\n').slice(1);
    expect(lines[0]).toBe('12 problems, 10 of them unexplained by the export:');
    expect(lines.slice(1, 3)).toEqual([
      '  3 "Ride 3" (activities/3.gpx): it is damaged',
      '  4 "Ride 4" (activities/4.gpx): it is damaged',
    ]);
    expect(lines).toHaveLength(12);
    expect(lines.at(-1)).toMatch(/^ {2}and 2 more: .*import.* --json names all\.$/);
  });

  it('the report of an import names a row that is no activity by its place, without what acts on a terminal', () => {
    const problem = {
      where: 'activities.csv, row 7',
      problem: 'no id\u001B[2J',
      isExplained: false,
    };
    const text = importText(reportOf({}, [problem]));
    expect(text).toContain('  activities.csv, row 7: no id');
    expect(text).not.toContain('\u001B');
    const explained = { activity: rowOf(1, { fields: {} }), problem: 'gone', isExplained: true };
    expect(importText(reportOf({}, [explained]))).toMatch(
      /\n1 note:\n {2}1 \(activities\/1\.gpx\): gone$/,
    );
  });

  it('the report of an import has every count and problem as JSON', () => {
    const problems = [
      { where: 'row 7', problem: 'no id', isExplained: false },
      { activity: rowOf(1, { file: { kind: 'missing' } }), problem: 'lost', isExplained: true },
      { activity: rowOf(2), problem: 'damaged', isExplained: false },
    ];
    expect(JSON.parse(importJson(reportOf(counts, problems)))).toEqual({
      athlete: 7,
      dry_run: false,
      seconds: 160,
      ...{ activities: 5_000, imported: 4_871, added: 4_000, changed: 800, unchanged: 60 },
      ...{ kept_api: 11, deleted: 2, undated: 0, rejected: 0 },
      ...{ recordings: 4_702, cut: 38, by_hand: 129, left_to_api: 7 },
      details_turned_on: false,
      problems: [
        { where: 'row 7', problem: 'no id', explained: false },
        { activity: 2, file: 'activities/2.gpx', problem: 'damaged', explained: false },
        { activity: 1, problem: 'lost', explained: true },
      ],
    });
  });
});

describe('the progress of an import', () => {
  const state = {
    done: { activities: 1_250, bytes: 100e6 },
    total: { activities: 5_000, bytes: 1_200e6 },
    elapsedMs: 60_000,
  };

  it('the progress of an import has a bar for the recordings and one for the bytes', () => {
    const [recordings = '', bytes = ''] = importLines(state, 100);
    expect(recordings).toMatch(/^recordings \[=+-+\] 1,250 of 5,000$/);
    expect(bytes).toMatch(/^bytes {6}\[=+-+\] 100 of 1,200 MB, about 3 minutes left$/);
    for (const line of importLines(state, 40)) expect(line.length).toBeLessThan(40);
  });

  it('the progress of an import is a sentence without a terminal, and does not measure the first seconds', () => {
    expect(progressText(state)).toBe('Importing: 1,250 of 5,000 activities, about 3 minutes left.');
    expect(progressText({ ...state, elapsedMs: 500 })).toBe(
      'Importing: 1,250 of 5,000 activities.',
    );
  });
});
