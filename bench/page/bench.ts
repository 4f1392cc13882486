/**
 * Measures the page in a headless Chromium, on a database of 5,000 simulated activities whose lines have
 * 400,000 points: `npm run bench:page` prints the table of docs/benchmarks.md, and ends with 1 where a
 * figure is over its limit. `npm run bench:page -- 500` takes fewer activities.
 */
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { startSimulator } from '../../src/simulator/api/server.ts';
import { startBrowser } from '../../test/browser/support/launch.ts';
import { fillStore, withOwnStore } from '../filled-store.ts';
import type { OwnStore } from '../filled-store.ts';
import { measureViews } from './figures.ts';
import type { Figure } from './figures.ts';
import { withDaemon } from './daemon.ts';

const athleteId = 1001;
const say = (text: string): void => void process.stderr.write(`${text}\n`);

/** The history of twelve years, and one recording of ten hours at a sample a second, the newest. */
function worldOf(activities: number) {
  const athlete = { id: athleteId, firstname: 'Ada', lastname: 'Example', activities, years: 12 };
  const endsAt = new Date('2026-11-20T12:00:00Z');
  return { athletes: [{ ...athlete, endsAt, samplesPerActivity: [100, 200] as const }] };
}

const longRecording = { samples: 36_000 };

async function bench(own: OwnStore, activities: number): Promise<void> {
  const simulator = await startSimulator(worldOf(activities));
  const browser = await startBrowser();
  try {
    const id = simulator.world.addActivity(athleteId, {}, longRecording);
    await fillStore(own.store, { world: simulator.world, athleteId }, say);
    await withDaemon(own, simulator, async (daemon) => {
      const figures = await measureViews(browser.browser, daemon, id);
      process.stdout.write(
        `| ${activities} activities | limit | measured |\n| --- | --- | --- |\n`,
      );
      for (const figure of figures) print(figure);
    });
  } finally {
    await browser.close();
    await simulator.close();
  }
}

function print({ name, unit, limit, measured }: Figure): void {
  const isWithin = measured <= limit;
  const mark = isWithin ? '' : ' (over)';
  process.stdout.write(`| ${name} | ${limit} ${unit} | ${measured.toFixed(0)} ${unit}${mark} |\n`);
  if (!isWithin) process.exitCode = 1;
}

const { positionals } = parseArgs({ allowPositionals: true });
say(
  `The load is ${loadavg()
    .map((one) => one.toFixed(1))
    .join(', ')} on ${cpus().length} cores`,
);
await withOwnStore(say, (own) => bench(own, Number(positionals[0] ?? 5_000)));
