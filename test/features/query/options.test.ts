import { Long } from 'mongodb';
import { describe, expect, it } from 'vitest';

import { queryOrderOf } from '../../../src/features/query/options.ts';
import { UsageError } from '../../../src/errors.ts';

const now = Date.parse('2026-11-23T10:00:00Z');
const order = (text: string) => queryOrderOf(text === '' ? [] : text.split(' '), now);

describe('the command line of query', () => {
  it('reads the parameters of the question, before or after its name', () => {
    const { recipe, scope, form } = order('--lat -33.87 near --lng=151.2 --athlete 1001 --csv');
    expect(recipe?.name).toBe('near');
    const athlete = Long.fromNumber(1001);
    expect(scope).toEqual({ athlete, lng: 151.2, lat: -33.87, radius: 500 });
    expect(form).toBe('csv');
  });

  it('has defaults: this year, and the examples of the page', () => {
    expect(order('year-in-review').scope).toEqual({ year: /^2026-/ });
    expect(order('best-time-of-one --activity 7').scope).toMatchObject({ seconds: 3600 });
    expect(order('')).toEqual({ form: 'table', scope: {} });
  });

  it.each([
    ['nothing-such', 'There is no question "nothing-such": npm run query lists all of them.'],
    ['near --bpm 5', 'there is no --bpm. Its parameters are --athlete, --lng, --lat, --radius.'],
    ['near --lng 5', '--lat is missing, which takes a latitude, -90 to 90.'],
    ['near --lng 200 --lat 1', '--lng takes a longitude, -180 to 180; not "200".'],
    ['latest --limit 0', '--limit takes a whole number above 0; not "0".'],
    ['latest --limit', '--limit takes a whole number above 0; not "".'],
    ['latest --athlete Ada', 'not "Ada". Its parameters are --athlete, --limit.'],
    ['through --polygon 1,2', '--polygon takes at least three corners'],
    ['year-in-review --year 26', '--year takes a year of four digits'],
    ['latest 5', '"5" belongs to no parameter. Its parameters are --athlete, --limit.'],
    ['latest --json --csv', '--json and --csv exclude each other.'],
    ['--limit 5', 'Name a question first'],
  ])('rejects "%s" with a message', (text, sentence) => {
    expect(() => order(text)).toThrow(UsageError);
    expect(() => order(text)).toThrow(sentence);
  });
});
