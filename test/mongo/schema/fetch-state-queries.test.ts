import { describe, expect, it } from 'vitest';
import { dayMs } from '../../../src/domain/duration.ts';
import { isDue } from '../../../src/mongo/schema/fetch-state-queries.ts';

const now = new Date('2026-11-20T12:00:00Z');
const never = () => new Date(8.64e15);

describe('what waits for its next try', () => {
  it.each([
    [0, true],
    [1, false],
    [30, false],
    [3_650, true],
  ])('is due %i days before its next try: %s', (days, expected) => {
    const next_try_at = new Date(now.getTime() + days * dayMs);
    expect(isDue({ state: 'pending', tries: 1, next_try_at }, now, never)).toBe(expected);
  });
});
