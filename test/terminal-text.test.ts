import { describe, expect, it } from 'vitest';
import { escapeActing, terminalText } from '../src/terminal-text.ts';

const acting = [
  ...Array.from({ length: 32 }, (_, code) => code),
  ...Array.from({ length: 33 }, (_, index) => 0x7f + index),
  ...[0x061c, 0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e],
  ...[0x2066, 0x2067, 0x2068, 0x2069],
].map((code) => String.fromCharCode(code));

describe('text of foreign origin', () => {
  it('text of foreign origin loses every character that acts on a terminal', () => {
    for (const character of acting) {
      expect(['ab', 'a b']).toContain(terminalText(`a${character}b`));
    }
  });

  it('text of foreign origin stays on one line', () => {
    expect(terminalText('Ada\r\n\tAction required\u2028now')).toBe('Ada Action required now');
  });

  it('text of foreign origin cannot set the title or clear the screen', () => {
    expect(terminalText('\u001b]0;owned\u0007Ada\u001b[2J')).toBe(']0;ownedAda[2J');
  });

  it.each(['Zoë Ångström', 'محمد', '👩‍👩‍👧', 'שרה', 'a\u00a0b', '走る'])(
    '%s stays as it is',
    (text) => {
      expect(terminalText(text)).toBe(text);
      expect(escapeActing(text)).toBe(text);
    },
  );
});

describe('output as a whole', () => {
  it('output as a whole keeps its line breaks and tabs, and shows every other acting character escaped', () => {
    expect(escapeActing('a\tb\r\nc\n')).toBe('a\tb\r\nc\n');
    expect(escapeActing('a\rb\u001b[2J\u009b\u202e')).toBe('a\\u000db\\u001b[2J\\u009b\\u202e');
  });

  it('output as a whole is the same JSON document as before', () => {
    const document = { name: acting.join(''), list: ['\u2028', '😀'] };
    for (const space of [0, 2]) {
      const text = escapeActing(JSON.stringify(document, null, space));
      expect(JSON.parse(text)).toEqual(document);
      // eslint-disable-next-line no-control-regex
      expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    }
  });
});
