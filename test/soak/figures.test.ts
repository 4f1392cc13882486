import { describe, expect, it } from 'vitest';
import type { Figures } from './figures.ts';
import { roundLine, soakTable, sumFigures, violationsOf } from './figures.ts';

const whole: Figures = { done: { kills: 50 }, requests: 400, overLimit: 0, lost: [], doubled: 0 };

describe('a round of the soak', () => {
  it('a round of the soak breaks nothing if its figures are those of the guarantees', () => {
    const figures: Figures = {
      ...whole,
      tokens: { exchanges: 12, expiries: 12 },
      quota: { used: 95, available: 100 },
      longestStopMs: 30_000,
    };
    expect(violationsOf(figures)).toEqual([]);
  });

  it.each<[string, Partial<Figures>]>([
    ['1 of 400 requests exceeded a limit', { overLimit: 1 }],
    ['7 is missing', { lost: ['7 is missing'] }],
    ['2 documents are doubled', { doubled: 2 }],
    ['13 exchanges for 12 expiries of a token', { tokens: { exchanges: 13, expiries: 12 } }],
    ['only 94 of 100 requests of the quota were used', { quota: { used: 94, available: 100 } }],
    ['a stop took 30.1 s', { longestStopMs: 30_100 }],
    ['a login was lost', { broken: ['a login was lost'] }],
  ])('a round of the soak breaks a guarantee if %s', (sentence, broken) => {
    expect(violationsOf({ ...whole, ...broken })).toEqual([sentence]);
  });
});

describe('the rounds of one kind', () => {
  it('the rounds of one kind add up, and the longest stop counts', () => {
    const one = { ...whole, done: { kills: 1_000, grants: 2 }, longestStopMs: 700 };
    expect(
      sumFigures([whole, one, { ...whole, lost: ['7 is missing'], longestStopMs: 20 }]),
    ).toEqual({
      done: { kills: 1_100, grants: 2 },
      requests: 1_200,
      overLimit: 0,
      lost: ['7 is missing'],
      doubled: 0,
      broken: [],
      longestStopMs: 700,
    });
  });

  it('the rounds of one kind have one line each while they run', () => {
    const figures = { ...whole, done: { kills: 50, 'logins lost': 1 }, lost: ['7 is missing'] };
    expect(roundLine({ kind: 'kills', figures, tookMs: 40_250 })).toBe(
      '50 kills, 1 logins lost; 400 requests, 0 over the limit, 1 lost, 0 doubled; 40.3 s',
    );
  });

  it('the rounds of one kind are one row of the table, with their mean time', () => {
    const tokens = { exchanges: 12, expiries: 12 };
    const rounds = [
      { kind: 'kills', figures: { ...whole, done: { kills: 1_000 } }, tookMs: 40_000 },
      { kind: 'refresh', figures: { ...whole, tokens }, tookMs: 9_000 },
      { kind: 'kills', figures: { ...whole, longestStopMs: 1_250 }, tookMs: 50_000 },
    ] as const;
    expect(soakTable(rounds).split('\n').slice(2)).toEqual([
      '| `kills` | 2 | 1,050 kills | 800 | 0 | 0 | 0 |  | 1.3 |  | 45 |',
      '| `refresh` | 1 | 50 kills | 400 | 0 | 0 | 0 | 12 / 12 |  |  | 9 |',
    ]);
  });
});
