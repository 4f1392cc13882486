import { describe, expect, it } from 'vitest';
import { answerText } from '../../../src/features/query/report.ts';

function cellOf(name: string): string {
  return answerText([{ name }], 'csv').slice('name\r\n'.length);
}

describe('a cell of CSV', () => {
  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '＝1', '＋1', '－1', '＠1'])(
    '%j is no formula',
    (name) => {
      expect(cellOf(name).replace(/^"/, '')).toBe(
        `'${name}${cellOf(name).startsWith('"') ? '"' : ''}`,
      );
    },
  );

  it('a CSV cell that holds a separator of any spreadsheet is quoted', () => {
    expect(cellOf('a;=1')).toBe('"a;=1"');
    expect(cellOf('a\t=1')).toBe('"a\t=1"');
    expect(cellOf('a "b"')).toBe('"a ""b"""');
  });

  it('a CSV cell keeps a number as it is', () => {
    expect(answerText([{ value: -1.5 }], 'csv')).toBe('value\r\n-1.5');
  });
});

describe('an answer with text of foreign origin', () => {
  const name = 'Ride\u001b[2J\nforged\u202e';

  it('foreign text in a table is one line without control characters', () => {
    expect(answerText([{ name }], 'table')).toBe('Name\nRide[2J forged');
  });

  it('foreign text in JSON is exact', () => {
    const text = answerText([{ name }], 'json');
    expect(JSON.parse(text)).toEqual([{ name }]);
    expect(text).not.toContain('\u202e');
  });
});
