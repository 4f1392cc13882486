import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/errors.ts';
import { athleteIdOf } from '../../../src/features/import/archives.ts';
import {
  chosenOf,
  unknownSportText,
  withExportedSport,
} from '../../../src/features/import/chosen.ts';
import type { ImportOptions } from '../../../src/features/import/options.ts';
import { importOrderOf } from '../../../src/features/import/options.ts';
import { createTestProgram } from '../../support/command/program.ts';
import { archiveOf, rowOf } from './fakes.ts';

const program = createTestProgram({});
const plain: ImportOptions = { file: ['a.zip'], dryRun: false, wait: true, json: false };

describe('the options of import', () => {
  it('import reads the named archives, and all of their activities by default', () => {
    expect(importOrderOf(program, { ...plain, file: ['a.zip', 'b'] })).toEqual({
      paths: ['a.zip', 'b'],
      filter: {},
      isDryRun: false,
      prefer: 'api',
      failIfHeld: false,
      isJson: false,
    });
    const given = {
      since: '2019',
      sport: 'run',
      athlete: '7',
      dryRun: true,
      wait: false,
      json: true,
    };
    expect(importOrderOf(program, { ...plain, ...given, prefer: 'export' })).toMatchObject({
      filter: { since: new Date('2019-01-01T00:00:00Z'), sport: 'run', athleteId: 7 },
      isDryRun: true,
      prefer: 'export',
      failIfHeld: true,
      isJson: true,
    });
  });

  it("import prefers the export's recordings under a retention, unless told otherwise", () => {
    const retaining = createTestProgram({ config: { RETENTION_DAYS: '7' } });
    expect(importOrderOf(retaining, plain).prefer).toBe('export');
    expect(importOrderOf(retaining, { ...plain, prefer: 'api' }).prefer).toBe('api');
  });

  it.each<[Partial<ImportOptions>, RegExp]>([
    [{ file: [] }, /^Name the export with --file: /],
    [{ file: [''] }, /^Name the export with --file: /],
    [{ file: ['a.zip', 'a.zip'] }, /^--file names a\.zip twice\.$/],
    [{ file: ['a.zip', './a.zip'] }, /^--file names \.\/a\.zip twice\.$/],
    [{ prefer: 'both' }, /^--prefer takes api or export; not "both"\.$/],
    [{ athlete: 'Ada' }, /^--athlete takes /],
    [{ since: 'once' }, /^--since takes /],
  ])('import rejects %j', (given, message) => {
    expect(() => importOrderOf(program, { ...plain, ...given })).toThrow(UsageError);
    expect(() => importOrderOf(program, { ...plain, ...given })).toThrow(message);
  });
});

describe('the athlete of an import', () => {
  const of = (athleteId: number | undefined, path: string) =>
    archiveOf({ activities: [], athleteId, path });
  const named = (athleteId?: number) => ({
    filter: athleteId === undefined ? {} : { athleteId },
  });

  it('the athlete of an import is the one that the archives name, else the one that the option names', () => {
    expect(athleteIdOf([of(7, 'a'), of(7, 'b')], named())).toBe(7);
    expect(athleteIdOf([of(7, 'a')], named(7))).toBe(7);
    expect(athleteIdOf([of(undefined, 'a')], named(8))).toBe(8);
    expect(athleteIdOf([of(undefined, 'a'), of(8, 'b')], named(8))).toBe(8);
  });

  it.each([
    [[of(7, 'a')], named(8), /^a is the export of athlete 7, not of athlete 8: /],
    [[of(7, 'a'), of(8, 'b')], named(), /^b is the export of athlete 8, and a that of athlete 7: /],
    [[of(7, 'a'), of(undefined, 'b')], named(), /^b does not say whose export it is .*--athlete/],
    [[of(undefined, 'a')], named(), /^a does not say whose export it is/],
  ])('the athlete of an import is never guessed (%#)', (archives, order, message) => {
    expect(() => athleteIdOf(archives, order)).toThrow(UsageError);
    expect(() => athleteIdOf(archives, order)).toThrow(message);
  });
});

describe('the choice of activities', () => {
  const day = (text: string): Date => new Date(`${text}T12:00:00Z`);
  const rows = [
    rowOf(1, { starts: [day('2023-05-01')] }),
    rowOf(2, { starts: [day('2024-05-01')], fields: { sport_type: 'Run' } }),
    rowOf(3, { starts: [day('2024-05-02'), day('2024-02-05')], fields: {} }),
    rowOf(4, { starts: [], fields: {} }),
  ];
  const chosen = (filter: Parameters<typeof chosenOf>[1]): readonly number[] =>
    chosenOf(rows, withExportedSport(rows, filter)).map(({ id }) => id);

  it('the choice of activities keeps what starts in the period, and what may', () => {
    expect(chosen({})).toEqual([1, 2, 3, 4]);
    expect(chosen({ since: day('2024-01-01') })).toEqual([2, 3, 4]);
    expect(chosen({ until: day('2024-03-01') })).toEqual([1, 3, 4]);
    expect(chosen({ until: day('2024-01-01') })).toEqual([1, 4]);
  });

  it('the choice of activities takes a sport in any case, and names those that there are', () => {
    expect(chosen({ sport: 'run' })).toEqual([2]);
    expect(() => chosen({ sport: 'Ryde' })).toThrow(
      '--sport: the sport of 2 activities cannot be told, and no other activity of the export is a "Ryde". Did you mean Ride? There are Ride, Run.',
    );
    expect(() => withExportedSport(rows.slice(0, 2), { sport: 'Ryde' })).toThrow(
      '--sport: no activity of the export is a "Ryde". Did you mean Ride? There are Ride, Run.',
    );
  });

  describe('in a language whose sports are not known', () => {
    const named = (id: number, type: string) =>
      rowOf(id, { fields: {}, row: [String(id), 'a date', 'a name', type] });
    const italian = [named(11, 'Corsa'), named(12, 'Giro'), named(13, 'Corsa')];
    const names = 'from its name ("Corsa", "Giro")';

    it('the choice of a sport is rejected where no sport can be told', () => {
      const choose = () => withExportedSport(italian, { sport: 'Run' });
      expect(choose).toThrow(UsageError);
      expect(choose).toThrow(
        `--sport: none of the export's 3 activities has a sport that can be told ${names}. Leave --sport out to import them.`,
      );
    });

    it('the choice of a sport that no known one is says how many cannot be told', () => {
      const yoga = rowOf(14, { fields: { sport_type: 'Yoga' } });
      expect(() => withExportedSport([...italian, yoga], { sport: 'Run' })).toThrow(
        `--sport: the sport of 3 activities cannot be told ${names}, and no other activity of the export is a "Run". There are Yoga.`,
      );
    });

    it('the choice of a sport says how many activities of the period it leaves out unknown', () => {
      const all = [...rows, ...italian];
      expect(unknownSportText(all, { sport: 'Run', since: day('2024-05-10') })).toBe(
        `the sport of 4 activities cannot be told ${names}`,
      );
      expect(unknownSportText(all, {})).toBeUndefined();
      expect(unknownSportText(rows.slice(0, 2), { sport: 'Run' })).toBeUndefined();
    });
  });

  it('the choice of activities takes any sport where the export has no activity', () => {
    expect(withExportedSport([], { sport: 'Run' })).toEqual({ sport: 'Run' });
    expect(chosenOf([], { sport: 'Run' })).toEqual([]);
  });

  it('the choice of activities takes a sport that only one of the exports has', () => {
    const filter = withExportedSport([...rows, rowOf(5, { fields: {} })], { sport: 'run' });
    expect(chosenOf([rowOf(6)], filter)).toEqual([]);
    expect(chosenOf(rows, filter).map(({ id }) => id)).toEqual([2]);
  });
});
