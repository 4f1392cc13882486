/**
 * `import`: stores what Strava's bulk export has, activities together with their recordings. It needs no
 * request to Strava, no client and no login.
 */
import type { ExportedActivity } from '../../domain/bulk-export/exported-activity.ts';
import type { ExitCode } from '../../errors.ts';
import { exitCodes } from '../../errors.ts';
import type { Database } from '../../main.ts';
import { commandDeadlineMs, openDatabase, openDatabaseToRead } from '../../main.ts';
import { saveAthleteSettings } from '../../mongo/athletes/athlete-settings.ts';
import { detailsChoiceOf, turnDetailsOn } from '../../mongo/athletes/details-choice.ts';
import { createImportStore } from '../../mongo/imports/create-import-store.ts';
import type { ImportStore } from '../../mongo/imports/import-store.ts';
import type { Program } from '../../program.ts';
import type { Lease } from '../../sync/ports/leases.ts';
import { sayIfInterrupted } from '../shared/interruption.ts';
import { whileExclusive } from '../shared/exclusive-athlete.ts';
import { counted, number } from '../shared/text/text-format.ts';
import type { NamedArchive } from './archives.ts';
import { athleteIdOf, openArchives } from './archives.ts';
import { chosenOf, unknownSportText, withExportedSport } from './chosen.ts';
import type { ImportOptions, ImportOrder } from './options.ts';
import { importOrderOf } from './options.ts';
import type { ImportProgress, ImportTotals } from './progress.ts';
import { createImportProgress } from './progress.ts';
import type { ImportReport } from './report.ts';
import { importJson, importText } from './report.ts';
import type { ImportResult } from './result.ts';
import { emptyResult } from './result.ts';
import { importActivities } from './run.ts';

/** An archive with what the options choose of it. */
interface ChosenArchive extends NamedArchive {
  readonly activities: readonly ExportedActivity[];
}

/** What is imported, and whose it is. */
interface Session {
  readonly program: Program;
  readonly order: ImportOrder;
  readonly athleteId: number;
  readonly archives: readonly ChosenArchive[];
  /** What the choice of a sport may leave out by mistake, as a clause. */
  readonly unknownSport: string | undefined;
}

/**
 * @throws BulkExportError where an archive cannot be read, UsageError where it is of another athlete,
 * AthleteHeldError where another process keeps the athlete.
 */
export async function importExport(program: Program, options: ImportOptions): Promise<ExitCode> {
  const order = importOrderOf(program, options);
  const { archives, close } = await openArchives(order.paths);
  try {
    const athleteId = athleteIdOf(archives, order);
    const all = archives.flatMap(({ archive }) => archive.contents.activities);
    const filter = withExportedSport(all, order.filter);
    const chosen = archives.map((one) => {
      const activities = chosenOf(one.archive.contents.activities, filter);
      return { ...one, activities };
    });
    const unknownSport = unknownSportText(all, filter);
    return await importChosen({ program, order, athleteId, archives: chosen, unknownSport });
  } finally {
    await close();
  }
}

async function importChosen(session: Session): Promise<ExitCode> {
  const { program, order, athleteId, unknownSport } = session;
  const { clock } = program;
  const database = await (order.isDryRun
    ? openDatabaseToRead(program, { isPatient: true })
    : openDatabase(program, commandDeadlineMs));
  const result = emptyResult();
  if (unknownSport !== undefined) {
    const problem = `${unknownSport}; such activities are left out`;
    result.problems.push({ where: '--sport', problem, isExplained: true });
  }
  let details: Pick<ImportReport, 'areDetailsOn' | 'hasLogin'>;
  const startedMs = clock.monotonicMs();
  try {
    await sayIfInterrupted(
      () => importAll(session, database, result),
      () => interruptedText(session, result),
    );
    const areDetailsOn = await detailsAfter(session, database, result);
    const hasLogin = (await database.athletes.athleteIds()).includes(athleteId);
    details = { areDetailsOn, hasLogin };
  } finally {
    await database.close();
  }
  const elapsedMs = clock.monotonicMs() - startedMs;
  const { counts, problems } = result;
  const report = { counts, problems, athleteId, isDryRun: order.isDryRun, elapsedMs, ...details };
  program.print(order.isJson ? importJson(report) : importText(report));
  const isExplained = problems.every((problem) => problem.isExplained);
  return isExplained ? exitCodes.done : exitCodes.differences;
}

/**
 * Whether the import turns the details on, or would: its recordings need no requests, so those are free for
 * the details. A setting and an answer win.
 */
async function detailsAfter(
  { program, order, athleteId }: Session,
  { store }: Database,
  { counts }: ImportResult,
): Promise<boolean> {
  const { config, clock } = program;
  if (config.sync.shouldFetchDetails !== undefined || counts.recordings === 0) return false;
  if (!order.isDryRun) await turnDetailsOn(store, athleteId, new Date(clock.nowMs()));
  const choice = await detailsChoiceOf(store, athleteId);
  return choice?.source === 'import' || (order.isDryRun && choice === undefined);
}

async function importAll(
  session: Session,
  database: Database,
  result: ImportResult,
): Promise<void> {
  const { program, order, athleteId } = session;
  using progress = createImportProgress(program, await totalsOf(session));
  const store = createImportStore(database.store, { trackSource: program.config.sync.trackSource });
  if (order.isDryRun) {
    const nothingHeld = { epoch: 0, assertHeld: () => Promise.resolve() };
    await importArchives(session, { store, progress, lease: nothingHeld }, result);
    return;
  }
  const { failIfHeld } = order;
  const held = { athleteId, failIfHeld, undone: 'Nothing was imported' };
  await whileExclusive(program, database, held, async (lease) => {
    await importArchives(session, { store, progress, lease }, result);
  });
  await saveAthleteSettings(database.store, database.application, program.config.athlete);
}

interface Target {
  readonly store: ImportStore;
  readonly progress: ImportProgress;
  readonly lease: Pick<Lease, 'epoch' | 'assertHeld'>;
}

async function importArchives(
  { program, order, athleteId, archives }: Session,
  { store, progress, lease }: Target,
  result: ImportResult,
): Promise<void> {
  const { clock, signal } = program;
  const { filter, isDryRun, prefer } = order;
  const assertHeld = (): Promise<void> => lease.assertHeld();
  const write = { athleteId, epoch: lease.epoch, prefer, at: new Date(clock.nowMs()) };
  for (const source of archives) {
    const { contents, madeAt: archivedAt } = source.archive;
    const { athlete, gear, problems } = contents;
    const prefix = archives.length > 1 ? `${source.path}, ` : '';
    for (const { where, problem } of problems)
      result.problems.push({ where: `${prefix}${where}`, problem, isExplained: false });
    await assertHeld();
    if (!isDryRun) await store.writeAthlete(write, { archivedAt, fields: athlete.fields, gear });
    const onDone = (bytes: number): void => {
      progress.advance(bytes);
    };
    const run = { ...{ store, source, filter, write, isDryRun, signal, assertHeld, onDone } };
    await importActivities({ ...run, activities: source.activities }, result);
  }
}

async function totalsOf({ archives }: Session): Promise<ImportTotals> {
  let [activities, bytes] = [0, 0];
  for (const { archive, activities: chosen } of archives) {
    activities += chosen.length;
    for (const { file } of chosen)
      if (file.kind === 'file') bytes += await archive.sizeOf(file.path);
  }
  return { activities, bytes };
}

function interruptedText({ order, archives }: Session, { counts }: ImportResult): string {
  if (order.isDryRun) return 'Interrupted: nothing was written.';
  const total = new Set(archives.flatMap(({ activities }) => activities.map(({ id }) => id))).size;
  const { added, changed, unchanged, keptApi } = counts;
  const done = number(added + changed + unchanged + keptApi);
  return `Interrupted: ${done} of ${counted(total, 'activity', 'activities')} are imported. Run the same command again: it goes on from there.`;
}
