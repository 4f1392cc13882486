import { describe, expect, it } from 'vitest';

import {
  isDistanceInMetres,
  readFlag,
  readId,
  readNumber,
  readShownDistance,
} from '../../../src/domain/bulk-export/numbers.ts';

describe('a number for machines', () => {
  it.each([
    ['3322.949951171875', 3322.95],
    ['0.1599999964237213', 0.16],
    ['123456.7890625', 123456.79],
    ['4.0', 4],
    ['-3.5', -3.5],
    ['12', 12],
    ['3322,95', 3322.95],
    ['1.5E+3', 1500],
    [' 7 ', 7],
    ['3322.949951171874', 3322.949951171874],
    ['1e-45', 1e-45],
    ['1.401298464324817e-45', 1.4013e-45],
    ['16777215.5', 16777215.5],
    ['9007199.5', 9007199.5],
    ['1.00000011920928955', 1.0000001],
  ])('a number for machines reads %j as %d', (text, number) => {
    expect(readNumber(text)).toBe(number);
  });

  it.each(['', ' ', 'x', '1,609,3', '0x10', 'Infinity', '1e999', '--1', undefined])(
    'a number for machines leaves out %j',
    (text) => {
      expect(readNumber(text)).toBeUndefined();
    },
  );
});

describe('an id', () => {
  it.each([
    ['12345678901', 12345678901],
    ['13594491.0', 13594491],
    [' 7 ', 7],
  ])('an id reads %j', (text, id) => {
    expect(readId(text)).toBe(id);
  });

  it.each([
    '',
    '0',
    '-1',
    '1.5',
    '1.2E+10',
    'id',
    '9999999999999999',
    '12345678901234567',
    undefined,
  ])('an id rejects %j', (text) => {
    expect(readId(text)).toBeUndefined();
  });
});

describe('a flag', () => {
  it.each([
    ['true', true],
    ['TRUE', true],
    ['1.0', true],
    ['WAHR', true],
    ['false', false],
    ['FALSE', false],
    ['0.0', false],
    ['0,0', false],
    ['', undefined],
    ['2.0', undefined],
    [undefined, undefined],
  ])('a flag reads %j as %j', (text, flag) => {
    expect(readFlag(text)).toBe(flag);
  });
});

describe('the distance for people', () => {
  it.each([
    ['9.44', 9440],
    ['9,44', 9440],
    ['40.5', 40500],
    ['1,609', 1609],
    ['1.609', 1609],
    ['1 609', 1609],
    ['1’609', 1609],
    ['800', 800],
    ['1,234.50', 1234500],
    ['1.234,50', 1234500],
    ['0', 0],
  ])('the distance for people reads %j as %d m in an export with kilometres', (text, metres) => {
    expect(readShownDistance(text, false)).toBe(metres);
  });

  it('the distance for people reads metres in an export from before June 2019', () => {
    expect(readShownDistance('9443.1', true)).toBe(9443.1);
    expect(readShownDistance('609.344', true)).toBe(609.344);
  });

  it('the distance for people reads a separator of thousands where all distances are of swims', () => {
    expect(readShownDistance('1,609', true)).toBe(1609);
  });

  it.each(['', 'far', '9.4444', undefined])('the distance for people leaves out %j', (text) => {
    expect(readShownDistance(text, false)).toBeUndefined();
  });

  it('the distance for people is in metres where the athlete would be too fast otherwise', () => {
    const rides = [
      { distance: 40_000, seconds: 7200 },
      { distance: 0, seconds: 3600 },
      { distance: undefined, seconds: undefined },
      { distance: 5000, seconds: 1800 },
      { distance: 1000, seconds: 1200 },
    ];
    const inKilometres = rides.map(({ distance, seconds }) => ({
      distance: distance === undefined ? undefined : distance / 1000,
      seconds,
    }));
    expect(isDistanceInMetres(rides)).toBe(true);
    expect(isDistanceInMetres(inKilometres)).toBe(false);
    expect(isDistanceInMetres([])).toBe(false);
  });
});
