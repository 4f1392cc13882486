import { expect, it } from 'vitest';
import type { WindowReport } from '../../../src/features/shared/quota-report.ts';
import { isKept, keptNow } from '../../../src/features/shared/quota-report.ts';

function window(left: number, reserve: number): WindowReport {
  return { used: 200 - left, limit: 200, left, reserve, resetsAt: new Date(0), lengthMs: 1 };
}

it.each([
  [4, 4, true],
  [4, 6, true],
  [5, 4, false],
  [0, 4, false],
])('with %i requests left and %i reserved, what is left is kept: %s', (left, reserve, kept) => {
  expect(isKept(window(left, reserve))).toBe(kept);
});

it.each([
  ['the short window', window(4, 6), window(804, 100), 4],
  ['the day', window(150, 6), window(40, 100), 40],
  ['the smaller of two', window(4, 6), window(40, 100), 4],
  ['nothing where more is left', window(150, 6), window(804, 100), 0],
  ['nothing where a window is spent', window(4, 6), window(0, 100), 0],
])('%s decides what is kept', (_, short, daily, kept) => {
  expect(keptNow({ short, daily, opensAt: new Date(0) })).toBe(kept);
});
