import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { textWidth } from '../../../../src/features/shared/text/text-width.ts';

describe('the columns of a text on a terminal', () => {
  it('the columns of a text are those that string-width counts, for each character up to the blocks and lines', () => {
    const characters = Array.from({ length: 0x26_00 }, (_, code) => String.fromCharCode(code));

    const other = characters.filter(
      (character) => textWidth(`a${character}b`) !== stringWidth(`a${character}b`),
    );

    expect(other).toEqual([]);
  });

  it.each([
    ['Frühlingsfahrt · 42.2 km → Hötting…', 35],
    ['日本語', 6],
    ['🚴🏼‍♀️ Ride', 7],
    ['⚡️', 2],
    ['1️⃣', 2],
    ['↔️', 2],
    ['e\u0301', 1],
    ['\u001b[31mred\u001b[0m', 3],
    ['', 0],
  ])('%j takes %d columns of a terminal', (text, columns) => {
    expect(textWidth(text)).toBe(columns);
  });
});
