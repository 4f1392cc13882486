import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/errors.ts';
import { backfillOf } from '../../../src/features/shared/period-options.ts';
import type { Program } from '../../../src/program.ts';

const nowMs = Date.parse('2026-11-22T10:00:00Z');
const options = { wait: true, dryRun: false, retryParked: false, json: false };

function backfill(given: { since?: string; until?: string }, setting?: string) {
  const program = { clock: { nowMs: () => nowMs }, config: { sync: { since: setting } } };
  return backfillOf(program as unknown as Program, { ...options, ...given });
}

describe('the period of a backfill', () => {
  it('the period of a backfill begins with 1970 where neither an option nor a setting names a start', () => {
    expect(backfill({ until: '1970' })).toMatchObject({
      since: new Date(0),
      until: new Date('1970-12-31T23:59:59.999Z'),
    });
  });

  it.each([
    [{ until: '1960' }, undefined, '--until lies before 1970. Name a later date'],
    [{ since: '1950', until: '1960' }, undefined, '--until lies before 1970.'],
    [{ until: '2018' }, '2019', '--until lies before SYNC_SINCE. Name an earlier --since.'],
    [{ since: '2020', until: '2018' }, '2017', '--until lies before --since.'],
  ])('the period of a backfill is rejected: %j with SYNC_SINCE %s', (given, setting, sentence) => {
    expect(() => backfill(given, setting)).toThrow(UsageError);
    expect(() => backfill(given, setting)).toThrow(sentence);
  });
});
