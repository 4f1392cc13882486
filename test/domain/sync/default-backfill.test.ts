import { describe, expect, it } from 'vitest';

import { defaultBackfillSince } from '../../../src/domain/sync/default-backfill.ts';

const nowMs = Date.parse('2026-06-30T12:00:00Z');

describe('defaultBackfillSince', () => {
  it.each([
    ['the whole history without settings', undefined, undefined, undefined],
    ['the date of SYNC_SINCE', '2019-03', undefined, '2019-03-01T00:00:00Z'],
    ['a length of time before now', '90d', undefined, '2026-04-01T12:00:00Z'],
    ['the days of RETENTION_DAYS', undefined, 7, '2026-06-23T12:00:00Z'],
    ['RETENTION_DAYS where SYNC_SINCE is earlier', '2019', 7, '2026-06-23T12:00:00Z'],
    [
      'SYNC_SINCE where RETENTION_DAYS reaches further back',
      '2026-06-28',
      7,
      '2026-06-28T00:00:00Z',
    ],
  ])('defaultBackfillSince is %s', (_, since, retentionDays, expected) => {
    const settings = { sync: { ...(since !== undefined && { since }) }, retentionDays };
    const instant = expected === undefined ? undefined : new Date(expected);
    expect(defaultBackfillSince(settings, nowMs)).toEqual(instant);
  });
});
