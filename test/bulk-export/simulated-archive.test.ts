import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { beforeAll, describe, expect, it } from 'vitest';

import { openArchive } from '../../src/bulk-export/archive.ts';
import { readRecording } from '../../src/bulk-export/read-recording.ts';
import { systemClock } from '../../src/clock.ts';
import type {
  ExportContents,
  ExportedActivity,
} from '../../src/domain/bulk-export/exported-activity.ts';
import { damages } from '../../src/simulator/archive/damaged-files.ts';
import type { ExportLanguage } from '../../src/simulator/archive/languages.ts';
import { makeArchive } from '../../src/simulator/archive/make-archive.ts';
import type { ArchiveOptions } from '../../src/simulator/archive/make-archive.ts';
import { recordedSamples } from '../../src/simulator/archive/recordings.ts';
import type { RecordingChoice } from '../../src/simulator/archive/recordings.ts';
import { createWorld } from '../../src/simulator/world/world.ts';
import type { World } from '../../src/simulator/world/world.ts';

const athleteId = 1001;
let world: World;
let english: ExportContents;

beforeAll(async () => {
  const athlete = { id: athleteId, firstname: 'Ada', lastname: 'Berg', activities: 40 };
  const spec = {
    ...athlete,
    samplesPerActivity: [40, 60] as const,
    endsAt: new Date('2026-10-01'),
  };
  world = createWorld({
    seed: 7,
    athletes: [spec],
    clock: systemClock,
    onEvent: () => undefined,
  }).world;
  // Uploaded, and without a recording: only the column From Upload tells it from one entered by hand.
  world.setStreams(outdoors().at(-1) ?? 0, null);
  english = (await read()).contents;
});

async function make(options: Omit<ArchiveOptions, 'path'> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'simulated-export-'));
  return makeArchive(world, athleteId, { ...options, path: join(folder, 'export') });
}

async function read(options: Omit<ArchiveOptions, 'path'> = {}) {
  const archive = await openArchive((await make(options)).path);
  await archive.close();
  return archive;
}

/** Without what differs between languages: the row as it came, and its date. */
const comparable = (activity: ExportedActivity) => ({ ...activity, row: [], dateText: '' });

/** Recorded activities with positions, in turn. */
const outdoors = (): readonly number[] =>
  world
    .activities(athleteId)
    .filter(({ id }) => world.streams(id)?.['latlng'] !== undefined)
    .filter(({ id }) => (world.streams(id)?.['time']?.length ?? 0) > 30)
    .map(({ id }) => id);

async function recordingsOf(choices: ReadonlyMap<number, RecordingChoice>) {
  const made = await make({ recordings: choices, includes: (id) => choices.has(id) });
  const archive = await openArchive(made.path);
  const results = new Map<number, ReturnType<typeof readRecording>>();
  for (const { id, file } of archive.contents.activities) {
    if (file.kind !== 'file') continue;
    const content = await archive.readRecording(file.path);
    if ('bytes' in content) results.set(id, readRecording(content.path, content.bytes));
  }
  await archive.close();
  return results;
}

describe('the simulated export', () => {
  it('the simulated export says the same of each activity as the API', () => {
    const contents = english;
    expect(contents.problems).toEqual([]);
    expect(contents.athlete).toMatchObject({ id: athleteId, fields: { firstname: 'Ada' } });
    expect(contents.gear).toHaveLength(4);
    expect(contents.activities).toHaveLength(40);
    for (const { id, starts, fields, isUploaded, file } of contents.activities) {
      const summary = world.summary(id);
      expect(starts).toEqual([new Date(summary.start_date)]);
      expect(isUploaded).toBe(!summary.manual);
      expect(file.kind).toBe(world.recording(id) === null ? 'none' : 'file');
      const { name, manual, commute, gear_id, ...numbers } = fields;
      const shared = { name, manual, commute, gear_id: gear_id ?? null };
      expect(summary).toMatchObject(shared);
      for (const [key, value] of Object.entries(numbers)) {
        if (typeof value === 'number') expect(summary[key], key).toBeCloseTo(value, 3);
        else expect(summary[key]).toBe(value);
      }
    }
  });

  const languages: readonly ExportLanguage[] = ['de', 'fr', 'es', 'ja', 'ko'];
  it.each(languages)('the simulated export says the same in %s as in English', async (language) => {
    const { contents } = await read({ language });
    expect(contents.athlete).toEqual(english.athlete);
    expect(contents.gear).toEqual(english.gear);
    expect(contents.activities.map(comparable)).toEqual(english.activities.map(comparable));
    expect(contents.activities.some(({ fields }) => fields['sport_type'] === 'Ride')).toBe(true);
  });

  it.each([
    ['a folder', { isFolder: true }],
    ['zip64', { isZip64: true }],
    ['a zip with a leading folder', { leadingFolder: 'export_1001' }],
    ['what macOS unpacked', { isFolder: true, isUnpackedByMacOs: true }],
    ['the table of 2021', { layout: '2021' }],
    ['a spreadsheet with semicolons and commas', { spreadsheet: 'semicolons' }],
    ['a spreadsheet with tabs in UTF-16', { spreadsheet: 'unicode' }],
  ] as const)('the simulated export says the same from %s', async (_, options) => {
    const { contents } = await read(options);
    expect(contents.problems).toEqual([]);
    expect(contents.activities.map(comparable)).toEqual(english.activities.map(comparable));
  });

  it.each(['2018', '2019'] as const)(
    'the simulated export has distance and times in the table of %s',
    async (layout) => {
      const { contents } = await read({ layout });
      expect(contents.activities).toHaveLength(40);
      for (const { id, starts, fields } of contents.activities) {
        const { distance, elapsed_time, start_date, sport_type } = world.summary(id);
        expect(starts).toEqual([new Date(start_date)]);
        expect(fields['elapsed_time']).toBe(elapsed_time);
        const difference = distance - Number(fields['distance']);
        const isExact = layout === '2018' || sport_type === 'Swim';
        expect(Math.abs(difference)).toBeLessThanOrEqual(isExact ? 0.5 : 10);
      }
    },
  );

  it('the simulated export leaves every second of the minute open where a spreadsheet dropped the seconds', async () => {
    const { contents } = await read({ layout: '2018', spreadsheet: 'dates' });
    for (const { id, starts } of contents.activities) {
      expect(starts.length).toBeGreaterThanOrEqual(60);
      expect(starts).toContainEqual(new Date(world.summary(id).start_date));
    }
  });

  it('the simulated export has its recordings where macOS unpacked them', async () => {
    const made = await make({ isFolder: true, isUnpackedByMacOs: true });
    const archive = await openArchive(made.path);
    const gzipped = made.activities.filter(({ file }) => file.endsWith('.gz'));
    expect(gzipped.length).toBeGreaterThan(10);
    for (const { id, file } of gzipped) {
      const content = await archive.readRecording(file);
      const result = 'bytes' in content && readRecording(content.path, content.bytes);
      expect(result && 'recording' in result && result.recording.columns.timeS).toEqual(
        recordedSamples(world, id).timeS,
      );
    }
    await archive.close();
  });

  it('the simulated export has descriptions with line breaks, quotes and commas', async () => {
    const id = world.activities(athleteId)[0]?.id ?? 0;
    const description = 'Up,\r\n"down",\nand home; 5" wide';
    const { contents } = await read({ descriptions: new Map([[id, description]]) });
    const activity = contents.activities.find((each) => each.id === id);
    expect(activity?.fields['description']).toBe(description);
  });

  it('the simulated export has no file where Strava lost it, and names one that is not there', async () => {
    const [lost = 0, absent = 0] = outdoors();
    const made = await make({
      recordings: new Map([
        [lost, '#error#'],
        [absent, 'absent'],
      ]),
    });
    const archive = await openArchive(made.path);
    const fileOf = (id: number) => archive.contents.activities.find((each) => each.id === id)?.file;
    expect(fileOf(lost)).toEqual({ kind: 'missing' });
    const file = fileOf(absent);
    expect(file?.kind === 'file' && (await archive.readRecording(file.path))).toEqual({
      unreadable: 'the archive has no such file',
    });
    await archive.close();
  });
});

describe('a recording of the simulated export', () => {
  it.each<[string, RecordingChoice]>([
    ['FIT', { format: 'fit' }],
    ['FIT that is not gzipped', { format: 'fit', isGzipped: false }],
    ['FIT in three chained parts', { format: 'fit', chainedParts: 3 }],
    ['FIT with developer fields', { format: 'fit', fit: { hasDeveloperFields: true } }],
    ['FIT with compressed times', { format: 'fit', fit: { hasCompressedTimes: true } }],
    ['FIT of changing byte order', { format: 'fit', fit: { byteOrder: 'mixed' } }],
    ['FIT with a wrong length', { format: 'fit', fit: { declaredError: 99 } }],
    ['TCX after ten blanks', { format: 'tcx', tcx: { leadingBlanks: 10 } }],
    ['TCX in gzip of two members', { format: 'tcx', gzip: 'members' }],
    ['GPX with a bare ampersand', { format: 'gpx', gpx: { hasBareAmpersand: true } }],
    ['GPX in gzip with bytes after the end', { format: 'gpx', gzip: 'trailing' }],
  ])(
    'a recording of the simulated export has every second of the device as %s',
    async (_, choice) => {
      const ids = outdoors().slice(0, 3);
      const results = await recordingsOf(new Map(ids.map((id) => [id, choice])));
      expect([...results.keys()].toSorted()).toEqual([...ids].toSorted());
      for (const [id, result] of results) {
        const columns = 'recording' in result ? result.recording.columns : undefined;
        expect(columns?.timeS).toEqual(recordedSamples(world, id).timeS);
        const heartrate = recordedSamples(world, id).heartrate;
        if (heartrate !== undefined) expect(columns?.heartrate).toEqual(heartrate);
      }
    },
  );

  it('a recording of the simulated export is whole though the activity was cropped', async () => {
    const id = outdoors()[5] ?? 0;
    const before = recordedSamples(world, id);
    const { elapsed_time } = world.summary(id);
    world.cropActivity(id, { from: 0.2, to: 0.9 });
    world.cropActivity(id, { from: 0.1, to: 1 });
    expect(recordedSamples(world, id)).toEqual(before);
    const activity = (await read()).contents.activities.find((each) => each.id === id);
    expect(activity?.starts).toEqual([new Date(world.summary(id).start_date)]);
    expect(Number(activity?.fields['elapsed_time'])).toBeLessThan(elapsed_time);
  });

  it('a recording of the simulated export is one of all parts of a multisport event', async () => {
    const parts = outdoors().slice(6, 9);
    const choice: RecordingChoice = { format: 'fit', multisport: parts };
    const results = await recordingsOf(new Map(parts.map((id) => [id, choice])));
    const seconds = parts.flatMap((id) => recordedSamples(world, id).timeS);
    for (const id of parts) {
      const result = results.get(id);
      expect(result && 'recording' in result && result.recording.columns.timeS).toEqual(
        seconds.toSorted((one, other) => one - other),
      );
    }
  });

  it('a recording of the simulated export stops nothing where it is damaged, and is not the activity', async () => {
    const ids = outdoors().slice(0, damages.length);
    expect(ids).toHaveLength(damages.length);
    const choices = new Map(ids.map((id, at) => [id, { damage: damages[at] ?? 'noise' }]));
    const results = await recordingsOf(choices);
    for (const [id, { damage }] of choices) {
      const result = results.get(id);
      expect(result, damage).toBeDefined();
      const read = result && 'recording' in result ? result.recording.columns.timeS : [];
      expect(read, damage).not.toEqual(recordedSamples(world, id).timeS);
    }
  });
});
