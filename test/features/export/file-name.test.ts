import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fileNameOf } from '../../../src/features/export/file-name.ts';
import { recordingOf } from './recording-of.ts';

function named(name: string): string {
  return fileNameOf(recordingOf(undefined, { name }), 'gpx');
}

describe('the name of an exported file', () => {
  it.each([
    ['Morning Ride', '-morning-ride'],
    ['../../etc/passwd<&"\u0000', '-etc-passwd'],
    ['Über die Höhenstraße', '-über-die-höhenstraße'],
    ['朝のトレーニング 🚴‍♀️', '-朝のトレーニング'],
    ['C:\\con.txt\u202egpj', '-c-con-txtgpj'],
    ['...', ''],
    ['', ''],
    ['a'.repeat(39) + ' b', `-${'a'.repeat(39)}`],
  ])('the file name is made of the activity name %j', (name, title) => {
    expect(named(name)).toBe(`2026-10-04-19000000001${title}.gpx`);
  });

  it('the file name of an export has only letters, digits and hyphens, a bounded length and the id', () => {
    const code = fc.integer({ min: 0, max: 0xffff });
    const text = fc.array(code, { maxLength: 80 }).map((codes) => String.fromCharCode(...codes));
    fc.assert(
      fc.property(text, (name) => {
        const file = named(name);
        const isSafe = /^2026-10-04-19000000001(-[\p{L}\p{M}\p{N}-]*)?\.gpx$/u.test(file);
        return isSafe && Buffer.byteLength(file) < 255;
      }),
    );
  });
});
