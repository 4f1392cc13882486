import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import {
  fittedTable,
  hanging,
  shortened,
} from '../../../../src/features/shared/text/fitted-table.ts';

const columns = [
  { heading: 'Activity' },
  { heading: 'Name', isFree: true },
  { heading: 'Distance', isNumber: true },
];
const rows = [
  ['19000000001', '🚴‍♀️ 山を越えて, over the hills and through all of the valleys', '42.20 km'],
  ['19000000002', 'Run', '9.00 km'],
];

describe('a table that fits the terminal', () => {
  it.each([40, 60, 80, 120])(
    'a table that fits the terminal is at most %d wide, with its columns aligned',
    (width) => {
      const lines = fittedTable(columns, rows, width).split('\n');
      expect(lines).toHaveLength(3);
      const widths = lines.map((line) => stringWidth(line));
      // The last column is aligned to the right, so all lines end at one place.
      expect(new Set(widths).size).toBe(1);
      expect(widths[0]).toBeLessThanOrEqual(width);
      expect(lines[1]).toContain('山を越え');
      expect(lines[1]?.includes('…')).toBe(width < 90);
    },
  );

  it('a table that fits the terminal becomes a block for each row where the columns cannot be narrowed', () => {
    const text = fittedTable(columns, rows, 24);
    for (const line of text.split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(24);
    expect(text).toContain('\n\nActivity  19000000002\nName      Run\nDistance  9.00 km');
  });

  it.each([
    [120, 'table', true],
    [70, 'table', true],
    [50, 'table', false],
    [24, 'blocks', true],
  ])(
    'at a width of %d a table that fits the terminal is a %s, and that it has its optional column is %s',
    (width, form, isThere) => {
      const place = { heading: 'Place', isFree: true, isOptional: true };
      const places = ['Innere Stadt, Vienna, Austria', ''];
      const cells = rows.map((row, index) => [...row, places[index] ?? '']);
      const text = fittedTable([...columns, place], cells, width);
      for (const line of text.split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(width);
      expect(text.includes('\n\n')).toBe(form === 'blocks');
      expect(text.includes('Place')).toBe(isThere);
      expect(text.includes('Innere')).toBe(isThere);
      if (form === 'table' && isThere) expect(text).toMatch(/山を越えて, o.*Innere Stadt,/);
    },
  );

  it('a table that fits the terminal holds each cell on one line, without what acts on a terminal', () => {
    expect(fittedTable([{ heading: 'Name' }], [['a\n\u001b[2Jb']], 80)).toBe('Name\na [2Jb');
  });
});

describe('a text that is too long', () => {
  it('a text that is too long is never cut within a character', () => {
    expect(shortened('👨‍👩‍👧👨‍👩‍👧', 3)).toBe('👨‍👩‍👧…');
    expect(shortened('日本語', 4)).toBe('日…');
    expect(shortened('日本', 4)).toBe('日本');
  });

  it('a text that is too long continues below its first line, broken within a word that is too long', () => {
    expect(hanging('a', 'one two threefourfive', 13)).toBe('a  one two\n   threefourf\n   ive');
  });
});
