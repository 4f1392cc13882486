import { describe, expect, it } from 'vitest';
import { createFormat } from '../../../src/page/lib/format.js';
import { toHtml } from '../../../src/page/lib/tree.js';
import { placeButtons } from '../../../src/page/map/frame.js';

const format = createFormat({ units: 'metric', locale: 'en-GB', timeZone: 'UTC' });
const vienna = { lat: 48.2, lng: 16.37, starts: 1_204, city: 'Innere Stadt' };
const graz = { lat: 47.07, lng: 15.44, starts: 70, city: '' };

function textsOf(places: readonly (typeof vienna)[]): readonly string[] {
  const buttons = placeButtons(places, format, () => undefined).map(toHtml);
  return buttons.map((html) => html.replaceAll(/<[^>]*>/g, ''));
}

describe('the buttons of the places with most starts', () => {
  it('name the city, and without one the way from the first place', () => {
    expect(textsOf([vienna, graz])).toEqual(['Innere Stadt 1,204', '144 km south-west 70']);
  });

  it('name no city where the first place has none', () => {
    expect(textsOf([{ ...vienna, city: '' }, graz])).toEqual([
      'Most starts 1,204',
      '144 km south-west 70',
    ]);
  });

  it('take the name of a city as text alone', () => {
    const [html = ''] = placeButtons([{ ...vienna, city: '<b>' }], format, () => undefined).map(
      toHtml,
    );
    expect(html).toContain('<bdi>&lt;b&gt;</bdi>');
  });
});
