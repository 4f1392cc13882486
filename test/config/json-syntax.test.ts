import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { findJsonError } from '../../src/config/json-syntax.ts';

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

describe('findJsonError', () => {
  it('finds nothing in JSON', () => {
    fc.assert(
      fc.property(fc.json({ stringUnit: 'binary' }), fc.nat(4), (text, indent) => {
        expect(findJsonError(JSON.stringify(JSON.parse(text), undefined, indent))).toBeUndefined();
      }),
    );
  });

  it('agrees with JSON.parse on whether a text is JSON', () => {
    const pieces = fc.constantFrom(
      ...'{}[]:,"\\'.split(''),
      '"a"',
      '1',
      '-',
      '01',
      '1.5e3',
      'true',
    );
    const spaces = fc.constantFrom(' ', '\n', '\u00a0', '\t');
    const texts = fc.array(fc.oneof({ weight: 4, arbitrary: pieces }, spaces), { maxLength: 8 });
    fc.assert(
      fc.property(texts, (parts) => {
        const text = parts.join('');
        expect(findJsonError(text) === undefined).toBe(isJson(text));
      }),
      { numRuns: 3000 },
    );
  });

  it('finds the place of a mistake, however much is right before it', () => {
    const json = JSON.stringify({ a: [1, 2, { b: null }], c: 'x' }, undefined, 2);
    const lines = json.split('\n');
    for (const [index, line] of lines.entries()) {
      const column = line.search(/\S/);
      const broken = lines.with(index, `${line.slice(0, column)}§${line.slice(column)}`).join('\n');
      expect(findJsonError(broken)).toEqual({ line: index + 1, column: column + 1 });
    }
  });
});
