import { describe, expect, it } from 'vitest';

import {
  detailsSourceOf,
  detailsSourceText,
} from '../../../../src/features/shared/status/details-source.ts';
import type { DetailsChoice } from '../../../../src/mongo/athletes/details-choice.ts';

const at = new Date('2026-10-05T11:00:00Z');
const reader = { nowMs: at.getTime(), timeZone: 'UTC' };
const answer = (is_wanted: boolean): DetailsChoice => ({ is_wanted, source: 'answer', at });

/** The text with settings of which undefined was set by nobody. */
function textOf(details: boolean | undefined, choice?: DetailsChoice, segments = false): string {
  const settings = { shouldFetchDetails: details, shouldFetchSegments: segments };
  return detailsSourceText(detailsSourceOf(settings, choice), reader);
}

describe('where it comes from whether the details are fetched', () => {
  it('a setting wins over an answer, and is named', () => {
    expect(textOf(true, answer(false))).toBe('on by SYNC_DETAILS');
    expect(textOf(false, answer(true))).toBe('off by SYNC_DETAILS');
    expect(textOf(true, undefined, true)).toBe('on by SYNC_SEGMENTS');
  });

  it('without a setting the answer or the import is named, with the command that changes it', () => {
    const turnOff = 'turn off: npm run accounts -- --no-details';
    const turnOn = 'turn on: npm run accounts -- --details';
    expect(textOf(undefined, answer(true))).toBe(`on by the answer of 2026-10-05; ${turnOff}`);
    expect(textOf(undefined, answer(false))).toBe(`off by the answer of 2026-10-05; ${turnOn}`);
    const imported = { ...answer(true), source: 'import' } as const;
    expect(textOf(undefined, imported)).toBe(`on by the import of 2026-10-05; ${turnOff}`);
    expect(textOf(undefined)).toBe(`off, as nobody answered; ${turnOn}`);
    const settings = { shouldFetchDetails: undefined, shouldFetchSegments: false };
    expect(detailsSourceText(detailsSourceOf(settings, undefined), reader, 1001)).toBe(
      `off, as nobody answered; ${turnOn} --athlete 1001`,
    );
  });
});
