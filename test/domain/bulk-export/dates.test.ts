import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { readExportDate } from '../../../src/domain/bulk-export/dates.ts';

const read = (text: string): readonly string[] =>
  readExportDate(text).map((date) => date.toISOString().replace('.000Z', 'Z'));

const languages = [
  ...['en-US', 'en-GB', 'de', 'fr', 'es', 'es-419', 'it', 'pt-BR', 'pt-PT', 'nl', 'ja', 'ko', 'ru'],
  ...['zh-CN', 'zh-TW', 'id', 'tr', 'pl', 'sv', 'da', 'nb'],
];

describe('the date of an exported activity', () => {
  it.each(languages)(
    'the date of an exported activity is certain in the medium form of %s, in every month and hour',
    (language) => {
      const form = new Intl.DateTimeFormat(language, {
        dateStyle: 'medium',
        timeStyle: 'medium',
        timeZone: 'UTC',
      });
      for (let month = 0; month < 12; month++) {
        for (let hour = 0; hour < 24; hour++) {
          const at = new Date(Date.UTC(2012 + month, month, 1 + hour, hour, 3 * hour, 59 - hour));
          expect(readExportDate(form.format(at)), form.format(at)).toEqual([at]);
        }
      }
    },
  );

  it.each([
    ['May 29, 2022, 3:53:35 PM', '2022-05-29T15:53:35Z'],
    ['May 29, 2022, 3:53:35\u202fPM', '2022-05-29T15:53:35Z'],
    ['May\u00a029,\u20092022, 12:53:35 am', '2022-05-29T00:53:35Z'],
    ['29 Sep 2022, 12:53:35', '2022-09-29T12:53:35Z'],
    ['29 Sept 2022, 12:53:35', '2022-09-29T12:53:35Z'],
    ['09.12.2022, 15:24:49', '2022-12-09T15:24:49Z'],
    ['24 mai 2012 à 16:27:40', '2012-05-24T16:27:40Z'],
    ['5 mars 2021, 00 h 04 min 09 s', '2021-03-05T00:04:09Z'],
    ['5 mar. 2021 12:04:09 a. m.', '2021-03-05T00:04:09Z'],
    ['5 mar 2021 1:04:09 p.\u00a0m.', '2021-03-05T13:04:09Z'],
    ['05/03/2021, 00:04:09', '2021-03-05T00:04:09Z'],
    ['2021/03/05 0:04:09', '2021-03-05T00:04:09Z'],
    ['2021年3月5日 下午3:24:49', '2021-03-05T15:24:49Z'],
    ['2022. 9. 29. 오후 12:53:35', '2022-09-29T12:53:35Z'],
    ['5 марта 2021 г., 00:04:09', '2021-03-05T00:04:09Z'],
    ['2018-09-12 15:02:23', '2018-09-12T15:02:23Z'],
    ['2018-09-12T15:02:23Z', '2018-09-12T15:02:23Z'],
    ['\u200e2018-09-12 15:02:23', '2018-09-12T15:02:23Z'],
    ['2022 May 29 3:53:35 PM', '2022-05-29T15:53:35Z'],
    ['13/5/2021 0:04:05', '2021-05-13T00:04:05Z'],
  ])('the date of an exported activity reads %j', (text, instant) => {
    expect(read(text)).toEqual([instant]);
  });

  it('the date of an exported activity gives both instants where a spreadsheet may have exchanged day and month', () => {
    expect(read('5/3/2021 10:04:09')).toEqual(['2021-03-05T10:04:09Z', '2021-05-03T10:04:09Z']);
    expect(read('5/5/2021 10:04:09')).toEqual(['2021-05-05T10:04:09Z']);
  });

  it('the date of an exported activity gives every second of the minute where a spreadsheet left out the seconds', () => {
    const instants = read('2018-09-12 15:02');
    expect(instants).toHaveLength(60);
    expect(instants.at(0)).toBe('2018-09-12T15:02:00Z');
    expect(instants.at(-1)).toBe('2018-09-12T15:02:59Z');
  });

  it.each([
    '',
    'Morning Run',
    'Feb 30, 2021, 1:00:00 PM',
    'Foo 29, 2022, 3:53:35 PM',
    'May Jun 29, 2022, 3:53:35 PM',
    'May 29, 2022, 3:53:35 AM PM',
    'May 29, 2022, 13:53:35 PM',
    'May 29, 2022, 0:53:35 PM',
    'May 29, 2022, 24:00:00',
    'May 29, 2022, 3:60:35 PM',
    'May 29, 2022, 3:53:60 PM',
    'May 29, 2022',
    'May 29, 0022, 3:53:35 PM',
    '2018-09-12T15:02:23+02:00',
    '2018-13-12 15:02:23',
    '44468.6266',
  ])('the date of an exported activity guesses nothing from %j', (text) => {
    expect(readExportDate(text)).toEqual([]);
  });

  it('the date of an exported activity is never an invalid one, whatever the text', () => {
    const piece = fc.constantFrom(
      'May',
      '29',
      '2022',
      '3',
      ':',
      '/',
      '.',
      ' ',
      'PM',
      '年',
      ',',
      '-',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        const dates = readExportDate(pieces.join(''));
        expect(dates.every((date) => Number.isFinite(date.getTime()))).toBe(true);
      }),
    );
  });
});
