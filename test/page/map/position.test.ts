import { describe, expect, it } from 'vitest';
import { hashOf, positionOf } from '../../../src/page/map/position.js';

describe('the part of the world in the address', () => {
  it('is read as it was written', () => {
    const position = { zoom: 12, lat: 48.2082, lng: -16.3738 };
    expect(hashOf(position)).toBe('#12/48.2082/-16.3738');
    expect(positionOf(hashOf(position))).toEqual(position);
  });

  it.each([
    '',
    '#',
    '#12',
    '#12/91/0',
    '#12/86/0',
    '#12/0/181',
    '#a/b/c',
    '#12/1e9/0',
    '#12/48/16/1',
  ])('is none in %j', (hash) => {
    expect(positionOf(hash)).toBeUndefined();
  });
});
