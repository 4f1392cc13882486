import { beforeAll, describe, expect, it } from 'vitest';
import type { Scene } from '../../support/scene.ts';
import { athleteId, useScene } from '../../support/scene.ts';

const hostile = 'Over (the) hills\u001b[2J 🚴‍♀️';

describe('list, show and open', () => {
  const openScene = useScene();
  let scene: Scene;
  let hills: number;
  beforeAll(async () => {
    scene = await openScene({ activities: 12, env: { SYNC_DETAILS: 'true' } });
    const { world } = scene.simulator;
    hills = world.addActivity(
      athleteId,
      { name: hostile, sport_type: 'Kayaking' },
      { samples: 60 },
    );
    expect((await scene.call('sync')).exitCode).toBe(0);
  });

  const truth = () =>
    scene.simulator.world.activities(athleteId).map(({ id }) => {
      const { sport_type, start_date, distance } = scene.simulator.world.summary(id);
      return { id, sport_type, start_date, distance };
    });
  async function listed(...args: string[]): Promise<readonly number[]> {
    const { exitCode, stdout, stderr } = await scene.call('list', '--json', ...args);
    expect(exitCode, stderr).toBe(0);
    return (JSON.parse(stdout) as { _id: number }[]).map(({ _id }) => _id);
  }
  const newestFirst = () =>
    truth().toSorted((a, b) => Date.parse(b.start_date) - Date.parse(a.start_date) || a.id - b.id);

  it('list, show and open lists the activities by date, sport, distance and text, the newest first', async () => {
    const all = newestFirst();
    const ids = (chosen: typeof all) => chosen.map(({ id }) => id).toSorted();
    const middle = all[5]?.start_date ?? '';
    const far = all.map(({ distance }) => distance).toSorted((a, b) => a - b)[6] ?? 0;
    const found = await Promise.all([
      listed(),
      listed('--since', middle),
      listed('--until', middle),
      listed('--sport', 'kayaking'),
      listed('--min-distance', `${far}m`),
      listed('--text', 'over (the)'),
    ]);
    const starts = found[0].map((id) => all.find((one) => one.id === id)?.start_date);
    expect(starts).toEqual(all.map(({ start_date }) => start_date));
    expect(found.map((each) => each.toSorted())).toEqual([
      ids(all),
      ids(all.filter(({ start_date }) => start_date >= middle)),
      ids(all.filter(({ start_date }) => start_date <= middle)),
      [hills],
      ids(all.filter(({ distance }) => distance >= far)),
      [hills],
    ]);
  });

  it('list, show and open shows a table without what acts on a terminal, and says how many there are', async () => {
    const { exitCode, stdout, stderr } = await scene.run('list', '--limit', '1');
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toMatch(/^ *Activity +Name +Sport +Start .*\n.*\n$/);
    expect(stdout).not.toContain('\u001b');
    expect(stderr).toContain('The newest 1 of 13 activities; --limit shows more.');
  });

  it('list, show and open names the sports that exist where a mistyped one is wanted', async () => {
    const { exitCode, stdout, stderr } = await scene.run('list', '--sport', 'kayakin');
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain('no stored activity is a "kayakin". Did you mean Kayaking? There are');
  });

  it('list, show and open shows one activity with its laps, efforts, and lines of the streams', async () => {
    const { exitCode, stdout, stderr } = await scene.runWith(
      { COLUMNS: '80' },
      'show',
      String(hills),
    );
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toContain('Over (the) hills[2J 🚴‍♀️');
    expect(stdout).toMatch(/^Sport +Kayaking$/m);
    expect(stdout).toContain(`https://www.strava.com/activities/${hills}`);
    expect(stdout).toMatch(/^Laps\nName +Distance +Moving/m);
    expect(stdout).toMatch(/^Best efforts\n/m);
    expect(stdout).toMatch(/^Altitude, -?[\d,]+ m to -?[\d,]+ m\n[▁▂▃▄▅▆▇█ ]+$/m);
  });

  it('list and show name the place of the start in the same words', async () => {
    const kayaking = ['list', '--sport', 'kayaking'];
    const [one, list, json] = await Promise.all([
      scene.call('show', String(hills)),
      scene.call(...kayaking),
      scene.call(...kayaking, '--json'),
    ]);
    const [, place = ''] = /^Place +(.+)$/m.exec(one.stdout) ?? [];
    expect(list.stdout).toMatch(/Climbing +Place\n/);
    expect(list.stdout.trimEnd().endsWith(`  ${place}`)).toBe(true);
    const [stored] = JSON.parse(json.stdout) as { derived: { place: { city: string } } }[];
    expect(place).toMatch(new RegExp(`^${stored?.derived.place.city}, .`));
  });

  it('list, show and open shows the whole stored document as JSON', async () => {
    const { stdout } = await scene.call('show', String(hills), '--json');
    const document = JSON.parse(stdout) as Record<string, unknown>;
    expect(document).toMatchObject({ _id: hills, name: hostile, sync: { athlete_id: athleteId } });
    expect(document['derived']).toMatchObject({
      route: expect.stringMatching(/^[\da-f]{24}$/) as string,
    });
    expect(stdout).not.toContain('\u001b');
  });

  it.each([
    [['show', '5'], 'There is no activity 5 in the database'],
    [
      ['show', 'x'],
      'Name an activity by its id or its address at Strava, for example 19000000001 or https://www.strava.com/activities/19000000001; not "x".',
    ],
    [['open', '../1'], 'Name an activity by its id'],
    [['list', '--athlete', '7'], 'There are no activities of athlete 7; there are some of 1001.'],
  ])('%j ends with 2 and a sentence', async (args, sentence) => {
    const { exitCode, stdout, stderr } = await scene.run(...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain(sentence);
  });

  it('list, show and open prints the address of an activity at Strava where there is no browser', async () => {
    const { exitCode, stdout } = await scene.run(
      'open',
      `https://www.strava.com/activities/${hills}`,
    );
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: `https://www.strava.com/activities/${hills}\n`,
    });
  });

  it('list, show and open lists nothing of an empty database, with a hint and exit code 0', async () => {
    const empty = await openScene({ activities: 0 });
    const { exitCode, stdout, stderr } = await empty.run('list');
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'Nothing was found.\n' });
    expect(stderr).toContain('There are no activities in the database yet');
  });
});
