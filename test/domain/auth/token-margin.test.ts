import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { isFresh } from '../../../src/domain/auth/token-margin.ts';

const nowMs = Date.UTC(2026, 10, 22);
const minuteMs = 60_000;
const inMinutes = (minutes: number): Date => new Date(nowMs + minutes * minuteMs);

describe('an access token', () => {
  it.each([
    ['six hours long, 6 minutes left', 6, -354, true],
    ['six hours long, 5 minutes left', 5, -355, false],
    ['six minutes long, 2 minutes left', 2, -4, true],
    ['six minutes long, 1 minute left', 1, -5, false],
    ['of unknown length, 6 minutes left', 6, undefined, true],
    ['of unknown length, 5 minutes left', 5, undefined, false],
  ])('%s', (_, expires, obtained, expected) => {
    const life = {
      expiresAt: inMinutes(expires),
      ...(obtained !== undefined && { obtainedAt: inMinutes(obtained) }),
    };
    expect(isFresh(life, nowMs)).toBe(expected);
  });

  it('that has expired is never fresh, even where the clock says that it was obtained later', () => {
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
