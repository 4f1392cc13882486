import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Document } from 'mongodb';

import { query } from '../../src/features/query/command.ts';
import { openDatabase } from '../../src/main.ts';
import { recipes } from '../../src/queries/recipes.ts';
import { views } from '../../src/queries/views.ts';
import { useRounds } from '../support/rounds.ts';
import { expectations, settingsOf } from './expectations.ts';
import type { Fixture } from './fixture.ts';
import { ada, fill, options } from './fixture.ts';
import { costOf } from './explained.ts';
import type { Pasted } from './pasted.ts';
import { blocks, paste } from './pasted.ts';
import {
  bestDistance,
  bestDistanceOfOne,
  heartrateZones,
  heatMap,
  personalBests,
  samplesOf,
} from './reference-recordings.ts';
import { favouriteOf, startedIn } from './reference-starts.ts';
import type { HeartrateProfile } from './reference-training.ts';
import { trainingLoad } from './reference-training.ts';
import { totalsByDay, totalsByMonth, totalsByWeek, totalsByYear } from './reference-totals.ts';

/** A tester stays with vitest's worker: other files of it compare exactly. */
let isRough = true;
afterAll(() => {
  isRough = false;
});

/** Sums differ a little in another order, and derived values are rounded to thousandths. */
expect.addEqualityTesters([
  (one: unknown, other: unknown) =>
    isRough && typeof one === 'number' && typeof other === 'number'
      ? Math.abs(one - other) <= 1.5e-3 + 1e-9 * Math.abs(one)
      : undefined,
]);

const openRounds = useRounds();
let fixture: Fixture;

beforeAll(async () => {
  fixture = await fill(await openRounds(options));
}, 120_000);

async function pasted(name: string): Promise<Pasted> {
  return paste(fixture.rounds.db, name, settingsOf(name, fixture));
}

async function answerTo({
  collection,
  pipeline,
  options: own,
}: Pasted): Promise<readonly Document[]> {
  return fixture.rounds.db.collection(collection).aggregate(pipeline, own).toArray();
}

describe('a question of the cookbook', () => {
  it.each(recipes)(
    'a question of the cookbook answers $name truly, in the documented shape',
    async (recipe) => {
      const { name, answer } = recipe;
      const expected = expectations[name]?.(fixture);
      expect(expected?.length ?? 0, 'an answer that says something').toBeGreaterThan(0);
      const found = await answerTo(await pasted(name));
      expect(found).toEqual(expected);
      const shape = new Set(pathsOf(answer));
      for (const path of pathsOf(found[0] ?? {})) expect(shape).toContain(path);
    },
  );

  it.each(recipes.filter(({ reach }) => reach === 'selective'))(
    'a question of the cookbook reads at most twice the returned documents for $name',
    async ({ name }) => {
      const { documents, returned, isScan } = await costOf(fixture.rounds.db, await pasted(name));
      expect(isScan).toBe(false);
      expect(returned).toBeGreaterThan(0);
      expect(documents).toBeLessThanOrEqual(2 * returned);
    },
  );

  it.each(recipes.filter(({ reach }) => reach === 'whole'))(
    'a question of the cookbook reads the index, or each activity once, for $name',
    async ({ name, topic }) => {
      const cost = await costOf(fixture.rounds.db, await pasted(name));
      const isCovered =
        (topic === 'Totals' && name !== 'year-in-review') || name === 'streams-states';
      const everything = await fixture.rounds.db.collection('activities').countDocuments();
      expect(cost.documents).toBeLessThanOrEqual(isCovered ? 0 : everything);
      expect(cost.keys).toBeLessThanOrEqual(everything + 1);
    },
  );
});

describe('one recording', () => {
  it.each([1_000, 5_000, 10_000])(
    'one recording finds the best %i m of a recording',
    async (meters) => {
      const settings = { activity: `NumberLong("${fixture.ride.id}")`, meters: String(meters) };
      const found = await paste(fixture.rounds.db, 'best-distance-of-one', settings);
      expect(await answerTo(found)).toEqual(bestDistanceOfOne(fixture.ride, meters));
    },
  );

  it('one recording returns a recording of ten days from one query, its parts joined in order', async () => {
    const { db } = fixture.rounds;
    const { tenDays } = fixture;
    const settings = { activity: `NumberLong("${tenDays.id}")` };
    const found = await answerTo(await paste(db, 'recording', settings));
    expect(await db.collection('streams').countDocuments({ activity_id: tenDays.id })).toBe(2);
    const expected = samplesOf(tenDays) as readonly Document[];
    for (const key of Object.keys(expected[0] ?? {})) {
      const columnOf = (rows: readonly Document[]) => rows.map((row) => row[key] as unknown);
      expect(JSON.stringify(columnOf(found)) === JSON.stringify(columnOf(expected)), key).toBe(
        true,
      );
    }
  });
});

function pathsOf(value: Document, prefix = ''): readonly string[] {
  return Object.entries(value).flatMap(([key, member]: [string, unknown]) => {
    const isPlain = typeof member === 'object' && member?.constructor === Object;
    return isPlain ? pathsOf(member, `${prefix}${key}.`) : [`${prefix}${key}`];
  });
}

describe('a view', () => {
  it.each([
    { name: 'daily_totals', key: 'day', reference: totalsByDay },
    { name: 'weekly_totals', key: 'week', reference: totalsByWeek },
    { name: 'monthly_totals', key: 'month', reference: totalsByMonth },
  ])('a view sums the true totals in $name', async ({ name, key, reference }) => {
    const { db } = fixture.rounds;
    const found = await db
      .collection(name)
      .find({ athlete_id: ada })
      .sort({ [key]: -1 })
      .toArray();
    const expected = (reference(fixture.truth, Infinity) as Document[]).map(({ _id, ...sums }) => ({
      _id: { athlete_id: ada, [key]: _id as string },
      ...sums,
      athlete_id: ada,
      [key]: _id as string,
    }));
    expect(found).toEqual(expected);
  });

  it.each<{
    readonly of: string;
    readonly config?: Readonly<Record<string, string>>;
    readonly stored: Document;
    readonly heart: Omit<HeartrateProfile, 'highest'> & Partial<HeartrateProfile>;
  }>([
    {
      of: 'the settings, which a command that writes stores',
      config: {
        ATHLETE_RESTING_HEARTRATE: `61,${ada}:52`,
        ATHLETE_MAX_HEARTRATE: '187',
        ATHLETE_SEX: `${ada}:female`,
      },
      stored: { sex: 'M' },
      heart: { resting: 52, highest: 187, sex: 'female' },
    },
    {
      of: 'Strava where nothing is set',
      stored: { sex: 'F' },
      heart: { resting: 60, sex: 'female' },
    },
    {
      of: 'the defaults where a value is odd',
      stored: {
        settings: { resting_heartrate: 'odd', max_heartrate: Number.NaN, sex: ['female'] },
        sex: 7,
      },
      heart: { resting: 60, sex: 'male' },
    },
  ])('a view has the true training load of each day by $of', async ({ config, stored, heart }) => {
    const { db, program } = fixture.rounds;
    const database = await openDatabase(program(config), 0);
    await database.close();
    const athletes = db.collection<{ _id: number }>('athletes');
    await athletes.updateOne({ _id: ada }, { $set: stored }, { bypassDocumentValidation: true });
    const bounds = heartrateZones([], ada, 5) as readonly { readonly from_bpm: number }[];
    const highest = Math.max(...bounds.map(({ from_bpm }) => from_bpm));
    const expected = trainingLoad(fixture.truth, { highest, ...heart });
    const days = db.collection('training_load_days');
    const found = await days.find({ athlete_id: ada }).sort({ day: -1 }).toArray();
    await athletes.updateOne({ _id: ada }, { $unset: { settings: '' } });
    expect(found).toEqual(
      expected.map(({ _id: day, ...values }) => ({
        _id: { athlete_id: ada, day },
        athlete_id: ada,
        day,
        ...values,
      })),
    );
  });

  it('a view with the training load reads the activities of the wanted athlete alone', async () => {
    const { db } = fixture.rounds;
    const days = db.collection('training_load_days');
    const explained = await days.find({ athlete_id: ada }).explain('executionStats');
    const [athletes, activities] = explained['stages'] as readonly Document[];
    expect(athletes).toMatchObject({ $cursor: { executionStats: { totalDocsExamined: 1 } } });
    expect(Number(activities?.['collectionScans'])).toBe(0);
  });

  it('a view creates the views of the page', async () => {
    const { db } = fixture.rounds;
    const made = await db.listCollections({ type: 'view' }).toArray();
    expect(made.map(({ name }) => name).toSorted()).toEqual(
      views.map(({ name }) => name).toSorted(),
    );
    for (const { name } of views) expect(blocks.get(name)).toContain(`db.createView("${name}"`);
  });
});

describe('query', () => {
  async function run(...args: readonly string[]): Promise<string> {
    const program = fixture.rounds.program();
    expect(await query(program, args)).toBe(0);
    return program.printed();
  }

  it.each([
    ['totals-by-week', ['--athlete', String(ada), '--limit=60']],
    ['near', ['--athlete', String(ada), '--lng', '16.3838', '--lat', '48.2152', '--radius', '400']],
    ['heat-map', ['--athlete', String(ada), '--limit=200']],
    ['same-route', []],
  ] as const)('query prints the same answer to %s as the pasted text', async (name, args) => {
    const more = name === 'same-route' ? ['--activity', String(fixture.route.id)] : args;
    const found = JSON.parse(await run(name, ...more, '--json')) as unknown;
    expect(found).toEqual(JSON.parse(JSON.stringify(expectations[name]?.(fixture))));
  });

  it('query takes an activity of a route in place of the route', async () => {
    const given = ['--activity', String(fixture.route.id), '--limit=2', '--json'];
    const found = JSON.parse(await run('route-fastest', ...given)) as unknown;
    expect(found).toEqual(JSON.parse(JSON.stringify(expectations['route-fastest']?.(fixture))));
    const { routeId } = fixture;
    expect(await run('routes', '--athlete', String(ada), '--csv')).toContain(`\r\n${routeId},`);
    await expect(run('route-times', '--activity', '5')).rejects.toThrow(
      'route-times: There is no such activity, or it has no route.',
    );
    await expect(run('route-times', '--route', '665f1c2ab7e8a90012345678')).rejects.toThrow(
      'route-times: There is no such route.',
    );
  });

  it('query answers of the activities that --since, --until and --sport choose', async () => {
    const chosen = fixture.truth.filter(
      ({ summary: { sport_type, start_date } }) =>
        sport_type === 'Run' && start_date >= '2025-12-01' && start_date < '2026-03-01',
    );
    expect(chosen.length).toBeGreaterThan(0);
    const args = ['--since', '2025-12', '--until', '2026-02', '--sport', 'run', '--json'];
    const ask = async (name: string, ...more: readonly string[]): Promise<unknown> =>
      JSON.parse(await run(name, '--athlete', String(ada), ...args, ...more));
    expect(await ask('totals-by-week', '--limit', '60')).toEqual(totalsByWeek(chosen, 60));
    expect(await ask('personal-bests')).toEqual(personalBests(chosen, ada));
    expect(await ask('best-distance', '--meters', '1000')).toEqual(
      bestDistance(chosen, { sport: 'Run', meters: 1_000, limit: 10 }),
    );
    expect(await ask('heat-map', '--limit', '200')).toEqual(heatMap(chosen, 200));
    await expect(ask('latest', '--sport', 'rum')).rejects.toThrow('Did you mean Run?');
  });

  it('query answers of the activities that --country and --place choose', async () => {
    const city = favouriteOf(fixture.truth);
    const count = startedIn(fixture.truth, 'AT', city).length;
    expect(count).toBeLessThan(fixture.truth.length);
    const args = ['--athlete', String(ada), '--country', 'austria', '--place', city.toUpperCase()];
    const found = JSON.parse(await run('latest', ...args, '--limit=10000', '--json')) as unknown[];
    expect(found).toHaveLength(count);
    const elsewhere = ['--athlete', String(ada), '--country', 'Fiji', '--json'];
    expect(JSON.parse(await run('latest', ...elsewhere))).toEqual([]);
  });

  it('query takes the heart of the athlete unless its own settings or a parameter say otherwise', async () => {
    const { program } = fixture.rounds;
    const save = async (config?: Readonly<Record<string, string>>): Promise<void> => {
      const database = await openDatabase(program(config), 0);
      await database.close();
    };
    const settings = { ATHLETE_MAX_HEARTRATE: '187', ATHLETE_SEX: 'female' };
    await save({ ...settings, ATHLETE_RESTING_HEARTRATE: `61,${ada}:52` });
    const load = async (config: Readonly<Record<string, string>>, ...more: readonly string[]) => {
      const asking = program(config);
      const args = ['--athlete', String(ada), '--limit', '10000', '--json'];
      expect(await query(asking, ['training-load', ...args, ...more])).toBe(0);
      return JSON.parse(asking.printed()) as unknown;
    };
    const expected = (resting: number) =>
      trainingLoad(fixture.truth, { resting, highest: 187, sex: 'female' });
    expect(await load({})).toEqual(expected(52));
    expect(await load({ ATHLETE_RESTING_HEARTRATE: '70' })).toEqual(expected(70));
    expect(await load({ ATHLETE_RESTING_HEARTRATE: '70' }, '--resting', '44')).toEqual(
      expected(44),
    );
    await save();
  });

  it('query prints a table of the stored values with --raw', async () => {
    const text = await run('totals-by-year', '--athlete', String(ada), '--raw');
    const [head = '', first = ''] = text.split('\n');
    expect(head).toMatch(/^_id\.year +_id\.sport +activities +distance +moving_time/);
    expect(first).toMatch(/^2026 +\w+ +\d+ +[\d.]+ +\d+/);
    expect(text.trimEnd().split('\n')).toHaveLength(1 + totalsByYear(fixture.truth).length);
  });

  it('query prints CSV with the necessary quotes and without formulas', async () => {
    const activities = fixture.rounds.db.collection('activities');
    const { id, summary } = fixture.renamed;
    const name = '=1+1, "so"';
    await activities.updateOne({ _id: id as never }, { $set: { name } });
    const text = await run('latest', '--athlete', String(ada), '--csv');
    await activities.updateOne({ _id: id as never }, { $set: { name: 'Renamed' } });
    expect(text).toMatch(/^_id,name,sport_type,start_date_local,[^\r]*\r\n/);
    expect(text).toContain(`${id},"'=1+1, ""so""",${summary.sport_type}`);
  });

  it('query demands --athlete if there are several athletes', async () => {
    await expect(run('latest')).rejects.toThrow('name one with --athlete: 1001, 1002.');
    await expect(run('latest', '--athlete', '5')).rejects.toThrow('there are some of 1001, 1002.');
    await expect(run('same-route', '--activity', '5')).rejects.toThrow('There is no such activity');
  });

  it('query lists the questions of the cookbook', async () => {
    const lines = (await run()).trimEnd().split('\n');
    expect(lines.map((line) => line.split(' ')[0])).toEqual(recipes.map(({ name }) => name));
  });
});
