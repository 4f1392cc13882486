import { gzipSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { inflate, isGzip } from '../../src/bulk-export/inflate.ts';

const megabyte = 1e6;
const text = Array.from({ length: 2000 }, (_, index) => `line ${index * 7919}`).join('\n');
const zipped = gzipSync(text);

/** The inflated text, with the problem. */
function textOf(bytes: Uint8Array, maxBytes = megabyte): readonly [string, string | undefined] {
  const inflated = inflate(bytes, maxBytes);
  if ('unreadable' in inflated) return ['', inflated.unreadable];
  return [Buffer.from(inflated.bytes).toString(), inflated.problem];
}

describe('inflate', () => {
  it('inflate gives the whole text of a gzip file', () => {
    expect(isGzip(zipped)).toBe(true);
    expect(textOf(zipped)).toEqual([text, undefined]);
  });

  it('inflate joins the members of a gzip file that has several', () => {
    expect(textOf(Buffer.concat([zipped, gzipSync('end')]))).toEqual([`${text}end`, undefined]);
  });

  it('inflate ignores bytes after the end of a gzip file', () => {
    expect(textOf(Buffer.concat([zipped, Buffer.from([0, 0, 7, 255])]))).toEqual([text, undefined]);
  });

  it.each([
    ['cut in the middle', zipped.subarray(0, zipped.length / 2)],
    ['cut in its last byte', zipped.subarray(0, -1)],
    ['damaged in the middle', zipped.map((byte, at) => (at === 5000 ? byte ^ 0xff : byte))],
    ['followed by a damaged member', Buffer.concat([zipped, zipped.subarray(0, 10), zipped])],
  ])('inflate keeps the beginning of a gzip file that is %s, and says so', (_, bytes) => {
    const [beginning, problem] = textOf(bytes);
    expect(beginning.length).toBeGreaterThan(text.length / 4);
    // A damaged byte shows only later, as a wrong symbol or a wrong sum.
    const prefixLength = Math.min(beginning.length, text.length) / 2;
    expect(text.startsWith(beginning.slice(0, prefixLength))).toBe(true);
    expect(problem).toBe('its gzip data is cut or damaged, the part before was read');
  });

  it('inflate rejects a gzip file that inflates to more than the bound', () => {
    const bomb = gzipSync(Buffer.alloc(4 * megabyte));
    expect(textOf(bomb)).toEqual(['', 'it inflates to more than 1 MB']);
    expect(textOf(bomb, 4 * megabyte)[1]).toBeUndefined();
  });

  it.each([
    ['only its header', zipped.subarray(0, 10)],
    ['a damaged header', Buffer.from([0x1f, 0x8b, 99, 0, 0, 0, 0, 0, 0, 0, 1])],
  ])('inflate cannot read a gzip file that has %s', (_, bytes) => {
    expect(textOf(bytes)).toEqual(['', 'its gzip data is damaged from the beginning']);
  });
});
