import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fileNameOf } from '../../../../src/features/shared/recording-files/file-name.ts';
import { recordingOf } from './recording-of.ts';

function named(name: string, id = 19_000_000_001): string {
  return fileNameOf({ ...recordingOf(undefined, { name }), id }, 'gpx');
}

/**
 * What FAT and Windows reject: reserved characters, control characters, a trailing dot or blank, the names
 * of devices (https://learn.microsoft.com/windows/win32/fileio/naming-a-file), more than 255 units.
 */
function isSafeOnFat(file: string): boolean {
  const [stem = ''] = file.split('.');
  return (
    !/[<>:"/\\|?*\p{Cc}]/u.test(file) &&
    !/[. ]$/.test(file) &&
    !/^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[\d¹²³])$/i.test(stem.trim()) &&
    file.length <= 255
  );
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

  it.each(['CON', 'aux.', 'NUL.txt', 'COM1', 'Ride. ', 'a<b>c:d"e/f\\g|h?i*j', '\u0007bell'])(
    'the file name of an activity called %j is safe on FAT and in a zip file',
    (name) => {
      expect(isSafeOnFat(named(name))).toBe(true);
    },
  );

  it('two activities have different file names also where upper and lower case are the same', () => {
    const names = ['Ride', 'RIDE', 'ride', 'straße', 'STRASSE', 'é', 'e\u0301'];
    const files = names.map((name, index) => named(name, index + 1));
    const folded = files.map((file) => file.normalize('NFKC').toUpperCase().toLowerCase());
    expect(new Set(folded).size).toBe(names.length);
  });

  it('a start beyond the year 9999 makes a safe file name', () => {
    const recording = { ...recordingOf(undefined), startAt: new Date('+012026-10-04T06:12:13Z') };
    expect(fileNameOf(recording, 'csv')).toBe('12026-10-04-19000000001-morning-ride.csv');
  });

  it('the file name of an export has only letters, digits and hyphens, a bounded length and the id', () => {
    const code = fc.integer({ min: 0, max: 0xffff });
    const text = fc.array(code, { maxLength: 80 }).map((codes) => String.fromCharCode(...codes));
    fc.assert(
      fc.property(text, (name) => {
        const file = named(name);
        const isSafe = /^2026-10-04-19000000001(-[\p{L}\p{M}\p{N}-]*)?\.gpx$/u.test(file);
        return isSafe && isSafeOnFat(file) && Buffer.byteLength(file) < 255;
      }),
    );
  });
});
