import { describe, expect, it } from 'vitest';
import { countryCodeOf, countryNames } from '../../src/queries/countries.ts';

describe('the code of a country', () => {
  it.each([
    ['at', 'AT'],
    ['AUSTRIA', 'AT'],
    ['curacao', 'CW'],
    ["cote d'ivoire", 'CI'],
    ['Germany', 'DE'],
    ['DD', 'DE'],
    ['Russia', 'RU'],
    ['UK', 'GB'],
    ['Kosovo', 'XK'],
    ['XX', undefined],
    ['EU', undefined],
    ['Eurozone', undefined],
    ['Österreich', undefined],
    ['', undefined],
  ])('the code of the country %j is %s', (text, code) => {
    expect(countryCodeOf(text)).toBe(code);
  });

  it('the code of a country is found by the names that are suggested', () => {
    const names = countryNames();
    expect(names.length).toBeGreaterThan(200);
    const some = names.filter((_, index) => index % 20 === 0);
    expect(some.filter((name) => countryCodeOf(name) === undefined)).toEqual([]);
  });
});
