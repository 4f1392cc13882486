import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { minuteMs } from '../../../src/domain/duration.ts';
import { isFresh } from '../../../src/domain/auth/token-margin.ts';

const nowMs = Date.UTC(2026, 10, 22);
const inMinutes = (minutes: number): Date => new Date(nowMs + minutes * minuteMs);

describe('isFresh', () => {
  it.each<[string, number, number | undefined, boolean]>([
    ['token of six hours with 6 minutes left', 6, -354, true],
    ['token of six hours with 5 minutes left', 5, -355, false],
    ['token of six minutes with 2 minutes left', 2, -4, true],
    ['token of six minutes with 1 minute left', 1, -5, false],
    ['token of unknown lifetime with 6 minutes left', 6, undefined, true],
    ['token of unknown lifetime with 5 minutes left', 5, undefined, false],
  ])('isFresh decides whether a %s is fresh', (_, expires, obtained, expected) => {
    const life = {
      expiresAt: inMinutes(expires),
      ...(obtained !== undefined && { obtainedAt: inMinutes(obtained) }),
    };
    expect(isFresh(life, nowMs)).toBe(expected);
  });

  it('isFresh never calls an expired token fresh, even if obtained later by the clock', () => {
    const minutes = fc.integer({ min: -1_000, max: 0 });
    fc.assert(
      fc.property(
        minutes,
        fc.option(fc.integer({ min: -2_000, max: 2_000 })),
        (expires, obtained) => {
          const life = {
            expiresAt: inMinutes(expires),
            ...(obtained !== null && { obtainedAt: inMinutes(obtained) }),
          };
          expect(isFresh(life, nowMs)).toBe(false);
        },
      ),
    );
  });
});
