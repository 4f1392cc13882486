import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { readCsv } from '../../src/bulk-export/csv.ts';

const read = (text: string) => readCsv(Buffer.from(text));

const leftOut = (row: number, id: number): string =>
  `row ${row}, which begins with ${id}, is left out: a quote is not closed, or is in the wrong place`;

describe('a CSV file of the export', () => {
  it('a CSV file of the export is read with line breaks and quotes in its fields, and names that repeat', () => {
    expect(read('id,Distance,Distance\n7,"a ""b"",\r\nc",""\n8,,x\n')).toEqual({
      rows: [
        ['id', 'Distance', 'Distance'],
        ['7', 'a "b",\r\nc', ''],
        ['8', '', 'x'],
      ],
      problems: [],
    });
  });

  it('a CSV file of the export is read with HTML in its header', () => {
    const html = '<span class=""translation_missing"" title=""x, y; z"">Type</span>';
    expect(read(`id,"${html}",name\n7,a,b\n`).rows).toEqual([
      ['id', html.replaceAll('""', '"'), 'name'],
      ['7', 'a', 'b'],
    ]);
  });

  it.each([
    ['a semicolon', 'id;a,b;c\r\n7;1,5;d\r\n'],
    ['tabs', 'id\ta,b\tc\r\n7\t1,5\td\r\n'],
  ])(
    'a CSV file of the export is read where a spreadsheet separated its cells by %s',
    (_, text) => {
      expect(read(text).rows).toEqual([
        ['id', 'a,b', 'c'],
        ['7', '1,5', 'd'],
      ]);
    },
  );

  it.each([
    ['UTF-8 with a mark', Buffer.from('\ufeffid,naïve\n7,é\n')],
    ['UTF-16 with a mark', Buffer.from('\ufeffid,naïve\n7,é\n', 'utf16le')],
    ['big-endian UTF-16 with a mark', Buffer.from('\ufeffid,naïve\n7,é\n', 'utf16le').swap16()],
    ["Windows' Latin alphabet", Buffer.from('id,naïve\n7,é\n', 'latin1')],
  ])('a CSV file of the export is read in %s', (_, bytes) => {
    expect(readCsv(bytes).rows).toEqual([
      ['id', 'naïve'],
      ['7', 'é'],
    ]);
  });

  it('a CSV file of the export has no empty rows, which spreadsheets append', () => {
    expect(read('id,a\n7,b\n,\n\n').rows).toHaveLength(2);
  });

  it('a CSV file of the export keeps a quote inside a field as it stands', () => {
    expect(read('id,a\n7,5" pipe\n').rows[1]).toEqual(['7', '5" pipe']);
  });

  it('a CSV file of the export goes on behind a quote that nothing closes, and says so', () => {
    const { rows, problems } = read('id,a\n7,b\n8,"c\n9,d\nx\n10,e\n');
    expect(rows.map(([id]) => id)).toEqual(['id', '7', undefined, '9', 'x', '10']);
    expect(problems).toEqual([leftOut(3, 8)]);
  });

  const date = '"May 29, 2022, 3:53:35 PM"';
  it.each([
    ['a name', `2,${date},"broken,Run\n`, `3,${date},c,Run\n`],
    ['a name before a quoted name', `2,${date},"broken,Run\n`, `3,${date},"c, c",Run\n`],
    ['a date', `2,"May 28,b,Run\n`, `3,${date},c,Run\n`],
    ['a name before a row without quotes', `2,${date},"broken,Run\n`, '3,2022,c,Run\n'],
    ['the last cell', `2,${date},b,"Run\r\n`, `3,${date},c,Run\r\n`],
  ])(
    'a CSV file of the export loses only the row that has a quote which nothing closes, in %s',
    (_, broken, next) => {
      const rowOf = (id: number): string => `${id},${date},name,"Run"\n`;
      const { rows, problems } = read(
        `id,Date,Name,Type\n${rowOf(1)}${broken}${next}${rowOf(4)}${rowOf(5)}`,
      );
      expect(rows.slice(1).map(([id]) => id)).toEqual(['1', undefined, '3', '4', '5']);
      expect(problems).toEqual([leftOut(3, 2)]);
    },
  );

  it('a CSV file of the export names the last row where nothing closes its quote', () => {
    expect(read(`id,a\n7,b\n8,"c\n`)).toEqual({
      rows: [['id', 'a'], ['7', 'b'], []],
      problems: [leftOut(3, 8)],
    });
  });

  it.each([
    ['', 'b', 'Intervals:\n10,5 km\n1234567,8\n7,"" or so'],
    [', beside a stray quote', '5" pipe', 'Intervals:\n10,5 km'],
  ])(
    'a CSV file of the export keeps a line of a description that begins with a number%s',
    (_, cell, description) => {
      const { rows, problems } = read(`id,a,b\n1,${cell},"${description}"\n2,b,c\n`);
      expect(rows.slice(1)).toEqual([
        ['1', cell, description.replaceAll('""', '"')],
        ['2', 'b', 'c'],
      ]);
      expect(problems).toEqual([]);
    },
  );

  it('a CSV file of the export goes on behind a row that is too long, and says so', () => {
    const { rows, problems } = read(`id,a\n7,b\n8,${'c'.repeat(1_100_000)}\n9,d\n`);
    expect(rows.map(([id]) => id)).toEqual(['id', '7', undefined, '9']);
    expect(problems).toEqual(['row 3, which begins with 8, is left out: it is longer than 1 MB']);
  });

  it('a CSV file of the export ends after a hundred rows whose quotes nothing closes', () => {
    const row = `7,"${'x'.repeat(20)}\n`;
    const { problems } = read(`id,a\n${row.repeat(301)}`);
    expect(problems.length).toBeLessThanOrEqual(101);
  });

  it('a CSV file of the export never throws, whatever the bytes', () => {
    const piece = fc.constantFrom('"', ',', ';', '\t', '\n', '\r', '7', 'a', '\ufeff', '"\n8,');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        expect(read(pieces.join('')).rows.length).toBeLessThanOrEqual(40);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        expect(readCsv(bytes).problems.length).toBeLessThanOrEqual(60);
      }),
    );
  });
});
