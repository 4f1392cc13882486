import { rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { openArchive } from '../../src/bulk-export/archive.ts';
import type { ExportArchive } from '../../src/bulk-export/archive.ts';
import { archiveLimits, isOfSystem } from '../../src/bulk-export/export-files.ts';
import { BulkExportError, BulkExportUnusableError, NoBulkExportError } from '../../src/errors.ts';
import { scratchFolder, writeFolder, writeZip, zipOf } from '../support/bulk-export/pack.ts';
import type { Files } from '../support/bulk-export/pack.ts';

const header = 'id,date,name,type,description,elapsed,distance,commute,gear,file\n';
const row = '7,2018-09-12 15:02:23,Out,Ride,,3600,20009.3,false,,activities/99.gpx.gz\n';
const recording = Buffer.from('a recording');
const files: Files = {
  'activities.csv': header + row,
  'activities/99.gpx.gz': recording,
  'profile.csv': 'Athlete ID,Email Address,First Name\n1001,a@example.com,Ada\n',
  'bikes.csv': 'Bike Name,Bike Brand,Bike Model\nCommuter,Puch,Mistral\n',
  'shoes.csv': 'Shoe Name,Shoe Brand,Shoe Model\n,Semperit,Patschen\n',
  'general_preferences.csv': 'Weight,FTP\n74.0 kg,173 W\n',
  'media/1.jpg': 'a photo',
  'logins.csv': 'IP Address\n192.0.2.1\n',
};

const below = (folder: string, of: Files): Files =>
  Object.fromEntries(Object.entries(of).map(([path, content]) => [`${folder}/${path}`, content]));

async function using<T>(
  path: string,
  read: (archive: ExportArchive) => Promise<T> | T,
): Promise<T> {
  const archive = await openArchive(path);
  try {
    return await read(archive);
  } finally {
    await archive.close();
  }
}

const recordingOf = (archive: ExportArchive) => archive.readRecording('activities/99.gpx.gz');

/** The same text at another place in a zip's directory, of the same length. */
function renamed(zip: Buffer, from: string, to: string): Buffer {
  return Buffer.from(zip.toString('latin1').replaceAll(from, to), 'latin1');
}

describe('an archive', () => {
  it.each([
    ['a zip', () => writeZip(files)],
    ['a zip of the zip64 format', async () => writeZip(await zipOf(files, true))],
    ['a zip with a leading folder', () => writeZip(below('export_1001', files))],
    ['a folder', () => writeFolder(files)],
    [
      'a folder that holds the export as its only folder',
      () => writeFolder(below('export', files)),
    ],
  ])('an archive is read from %s', async (_, write) => {
    await using(await write(), async (archive) => {
      expect(archive.contents).toMatchObject({
        athlete: { id: 1001, fields: { firstname: 'Ada', weight: 74, ftp: 173 } },
        activities: [{ id: 7, starts: [new Date('2018-09-12T15:02:23Z')] }],
        gear: [
          { kind: 'bike', name: 'Commuter' },
          { kind: 'shoes', name: 'Semperit Patschen' },
        ],
        problems: [],
      });
      const found = await recordingOf(archive);
      expect(found).toEqual({ path: 'activities/99.gpx.gz', bytes: recording });
      expect(JSON.stringify(archive.contents)).not.toContain('example.com');
    });
  });

  it('an archive was made when its newest entry was', async () => {
    const times = { '.DS_Store': new Date('2026-05-01T00:00:00Z') };
    const zip = await zipOf({ ...files, '.DS_Store': '' }, false, times);
    const zipped = await using(await writeZip(zip), ({ madeAt }) => madeAt);
    expect(zipped).toEqual(new Date('2026-03-04T05:06:08Z'));
    const folder = await writeFolder(files);
    // A file manager writes it whenever somebody looks into the folder.
    await writeFile(join(folder, '.DS_Store'), '');
    for (const name of Object.keys(files)) {
      await utimes(join(folder, name), 0, Date.UTC(2024, 1, 2) / 1000);
    }
    expect(await using(folder, ({ madeAt }) => madeAt)).toEqual(new Date('2024-02-02T00:00:00Z'));
  });

  it.each([
    ['.DS_Store', true],
    ['x/activities/.DS_Store', true],
    ['__MACOSX/activities.csv', true],
    ['x/__MACOSX/._1.gpx', true],
    ['activities.csv', false],
    ['.export/activities/1.gpx', false],
    ['./activities.csv', false],
  ])('an archive tells files of the system from those of the export: %s', (path, expected) => {
    expect(isOfSystem(path)).toBe(expected);
  });

  it('an archive needs nothing but activities.csv', async () => {
    const path = await writeZip({ 'activities.csv': header + row });
    await using(path, async (archive) => {
      expect(archive.contents.athlete).toEqual({ id: undefined, fields: {} });
      expect(await recordingOf(archive)).toEqual({ unreadable: 'the archive has no such file' });
    });
  });

  it('an archive has no activities where only the header stands in activities.csv', async () => {
    const path = await writeZip({ 'activities.csv': header });
    expect(await using(path, ({ contents }) => contents.activities)).toEqual([]);
  });

  it.each([
    ['zip', writeZip],
    ['folder', writeFolder],
  ])('an archive finds a recording in a %s where macOS unpacked it', async (_, write) => {
    const { 'activities/99.gpx.gz': unpacked = '', ...others } = files;
    const path = await write({ ...others, 'activities/99.gpx': unpacked });
    expect(await using(path, recordingOf)).toEqual({ path: 'activities/99.gpx', bytes: recording });
  });

  it('an archive ignores what macOS adds to a zip', async () => {
    const mac = { '__MACOSX/activities.csv': 'x', 'export/._activities.csv': 'x' };
    const path = await writeZip({ ...mac, ...below('export', files) });
    expect(await using(path, ({ contents }) => contents.activities)).toHaveLength(1);
  });

  it('an archive names a table that is damaged, and goes on', async () => {
    const path = await writeZip({ ...files, 'bikes.csv': 'name\n"Commuter' });
    const { problems, activities } = await using(path, ({ contents }) => contents);
    expect(activities).toHaveLength(1);
    expect(problems).toEqual([
      {
        where: 'bikes.csv',
        problem: 'row 2 is left out: a quote is not closed, or is in the wrong place',
      },
    ]);
  });
});

describe('an archive that cannot be used', () => {
  it.each([
    [
      'a zip that was cut',
      async () => writeZip((await zipOf(files)).subarray(0, -200)),
      /is cut or damaged\. Download it again/,
    ],
    [
      'a zip whose middle is missing',
      async () => {
        const zip = await zipOf(files);
        return writeZip(Buffer.concat([zip.subarray(0, 40), zip.subarray(300)]));
      },
      /is cut or damaged/,
    ],
    [
      'a zip whose directory is damaged',
      async () => writeZip(renamed(await zipOf(files), 'PK\x01\x02', 'PK\x09\x02')),
      /is cut or damaged/,
    ],
    [
      'a name that leads out of the archive',
      async () => writeZip(renamed(await zipOf({ ...files, 'xx/evil': '' }), 'xx/evil', '../evil')),
      /has a file with an unsafe name, "\.\.\/evil"/,
    ],
    [
      'an absolute name',
      async () => writeZip(renamed(await zipOf({ ...files, 'xetc/a': '' }), 'xetc/a', '/etc/a')),
      /has a file with an unsafe name, "\/etc\/a"/,
    ],
    [
      'a table of activities whose bytes changed',
      async () => {
        const zip = await zipOf(files);
        zip[60] = (zip[60] ?? 0) ^ 0xff;
        return writeZip(zip);
      },
      /its activities\.csv cannot be read: the archive is damaged at this file\.$/,
    ],
  ])('an archive that cannot be used is %s', async (_, write, message) => {
    const opened = openArchive(await write());
    await expect(opened).rejects.toThrow(message);
    await expect(opened).rejects.toBeInstanceOf(BulkExportUnusableError);
  });

  it.each([
    ['no zip', () => writeZip(Buffer.from('<html>Log in</html>')), /is no zip\. Name the zip/],
    ['an empty file', () => writeZip(Buffer.alloc(0)), /is no zip/],
    ['no zip with activities.csv', () => writeZip({ 'a.csv': 'x' }), /has no activities\.csv/],
    [
      'no folder with activities.csv',
      () => writeFolder({ 'a.csv': 'x' }),
      /has no activities\.csv/,
    ],
    [
      'a zip of two exports',
      () => writeZip({ ...below('a', files), ...below('b', files) }),
      /holds 2 exports/,
    ],
    [
      'a folder of two exports',
      () => writeFolder({ ...below('a', files), ...below('b', files) }),
      /holds 2 exports/,
    ],
    [
      'an archive with another activities.csv',
      () => writeZip({ 'activities.csv': 'Dear reader' }),
      /^activities\.csv in .* is not the table that Strava writes\.$/,
    ],
    [
      'a device, and no file',
      () => Promise.resolve('/dev/null'),
      /^\/dev\/null is neither a file nor a folder\. Save the zip/,
    ],
    [
      'nothing',
      async () => join(await scratchFolder(), 'export.zip'),
      /There is no file or folder .*export\.zip/,
    ],
  ])(
    'an archive that cannot be used is %s, which is an error of the command',
    async (_, write, message) => {
      const opened = openArchive(await write());
      await expect(opened).rejects.toThrow(message);
      await expect(opened).rejects.toBeInstanceOf(NoBulkExportError);
    },
  );

  it('an archive that cannot be used has more files or recordings than an export can have', async () => {
    const path = await writeZip(files);
    const open = (limits: object) => openArchive(path, { ...archiveLimits, ...limits });
    await expect(open({ entries: 3 })).rejects.toThrow('has more than 3 files');
    await expect(open({ recordings: 3 })).rejects.toThrow('has more than 3 recordings');
  });
});

describe('a recording in an archive', () => {
  it.each([
    ['zip', writeZip],
    ['folder', writeFolder],
  ])(
    'a recording in an archive is not read from a %s where it is larger than any recording',
    async (_, write) => {
      const path = await write({ ...files, 'activities/99.gpx.gz': Buffer.alloc(3_000_000) });
      const archive = await openArchive(path, { ...archiveLimits, fileBytes: 2_000_000 });
      expect(await recordingOf(archive)).toEqual({ unreadable: 'it is larger than 2 MB' });
      await archive.close();
    },
  );

  it('a recording in an archive is not read where it inflates to more than the directory says', async () => {
    const zip = await zipOf({ ...files, 'activities/99.gpx.gz': Buffer.alloc(4_000_000) });
    const size = Buffer.alloc(4);
    size.writeUInt32LE(4_000_000);
    const path = await writeZip(renamed(zip, size.toString('latin1'), '\x10\x00\x00\x00'));
    expect(await using(path, recordingOf)).toEqual({
      unreadable: 'the archive is damaged at this file',
    });
  });

  it('a recording in an archive is not read where its bytes changed, and the others are', async () => {
    const zip = await zipOf({ ...files, 'activities/8.gpx': Buffer.alloc(1000, 'abc') });
    const at = zip.indexOf('activities/99.gpx.gz') + 25;
    zip[at] = (zip[at] ?? 0) ^ 0xff;
    await using(await writeZip(zip), async (archive) => {
      expect(await recordingOf(archive)).toEqual({
        unreadable: 'the archive is damaged at this file',
      });
      expect(await archive.readRecording('activities/8.gpx')).toHaveProperty('bytes');
    });
  });

  it('a recording in an archive is not read through a symbolic link that leads out of the folder', async () => {
    const outside = join(await scratchFolder(), 'secret');
    await writeFile(outside, 'secret');
    const folder = await writeFolder(files);
    await rm(join(folder, 'activities/99.gpx.gz'));
    await symlink(outside, join(folder, 'activities/99.gpx.gz'));
    expect(await using(folder, recordingOf)).toEqual({ unreadable: 'the folder has no such file' });
  });
});

describe('an archive whose bytes changed anywhere', () => {
  /** Overwrites, inserts and cuts. */
  const changes = fc.array(
    fc.record({ at: fc.nat(), length: fc.nat(3), by: fc.uint8Array({ maxLength: 3 }) }),
    { minLength: 1, maxLength: 4 },
  );
  const changed = (
    content: Buffer,
    edits: readonly { at: number; length: number; by: Uint8Array }[],
  ) =>
    edits.reduce((bytes, { at, length, by }) => {
      const from = at % bytes.length;
      return Buffer.concat([bytes.subarray(0, from), by, bytes.subarray(from + length)]);
    }, content);

  async function openOrRefuse(path: string): Promise<void> {
    try {
      await using(path, async (archive) => {
        for (const { file } of archive.contents.activities) {
          if (file.kind === 'file') await archive.readRecording(file.path);
        }
      });
    } catch (error) {
      expect(error).toBeInstanceOf(BulkExportError);
    }
  }

  it('an archive whose bytes changed anywhere is read or rejected with a sentence, as a zip', async () => {
    const zip = await zipOf(files);
    await fc.assert(
      fc.asyncProperty(changes, async (edits) => {
        await openOrRefuse(await writeZip(changed(zip, edits)));
      }),
      { numRuns: 60 },
    );
  });

  it('an archive whose bytes changed anywhere is read or rejected with a sentence, as a table', async () => {
    const table = Buffer.from(header + row + row.replace('7,', '"8",').replace('Out', '"a ""b"""'));
    const folder = await writeFolder(files);
    await fc.assert(
      fc.asyncProperty(changes, async (edits) => {
        await writeFile(join(folder, 'activities.csv'), changed(table, edits));
        await openOrRefuse(folder);
      }),
      { numRuns: 60 },
    );
  });
});
