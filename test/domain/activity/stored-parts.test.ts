import { describe, expect, it } from 'vitest';
import type { StoredPart } from '../../../src/domain/activity/stored-parts.ts';
import { arePartsWhole } from '../../../src/domain/activity/stored-parts.ts';

function part(number: number, changes: Partial<StoredPart> = {}): StoredPart {
  const lengths = new Map([
    ['time', 2],
    ['watts', 2],
  ]);
  return { part: number, parts: 2, sampleCount: 4, write: 'a', lengths, ...changes };
}

function lengthsOf(time: number, watts?: number): Pick<StoredPart, 'lengths'> {
  const named: [string, number][] = [
    ['time', time],
    ...(watts === undefined ? [] : [['watts', watts] as [string, number]]),
  ];
  return { lengths: new Map(named) };
}

const single = part(0, { parts: 1, sampleCount: 2 });

describe('arePartsWhole', () => {
  it('arePartsWhole accepts parts in any order, and without a count of samples', () => {
    expect(arePartsWhole([part(1), part(0)], 4)).toBe(true);
    expect(arePartsWhole([single], undefined)).toBe(true);
    const empty = { ...single, sampleCount: 0, ...lengthsOf(0, 0) };
    expect(arePartsWhole([empty], 0)).toBe(true);
  });

  const wrong: Record<string, readonly StoredPart[]> = {
    'there are none': [],
    'one is missing': [part(0)],
    'one is too many': [part(0), part(1), part(2)],
    'one has a wrong number': [part(0), part(2)],
    'they come from two writes': [part(0), part(1, { write: 'b' })],
    'they disagree on the number of parts': [part(0), part(1, { parts: 3 })],
    'they disagree on the number of samples': [part(0), part(1, { sampleCount: 5 })],
    'an array is shorter than the others': [part(0), part(1, lengthsOf(2, 1))],
    'all arrays are too short': [part(0), part(1, lengthsOf(1, 1))],
    'a stream ends early': [part(0), part(1, lengthsOf(2))],
    'there is no array': [part(0), part(1, { lengths: new Map() })],
  };

  it.each(Object.entries(wrong))('arePartsWhole rejects parts where %s', (_, parts) => {
    expect(arePartsWhole(parts, 4)).toBe(false);
  });

  it('arePartsWhole rejects parts where the activity has another number of samples', () => {
    expect(arePartsWhole([single], 3)).toBe(false);
  });
});
