/**
 * `erase`: revokes an athlete's access at Strava, deletes the athlete's data from every collection, and
 * prints a receipt. It asks for confirmation first, and changes no other athlete's data.
 */
import { requireClient } from '../../config/client.ts';
import { commandLine } from '../../domain/invocation.ts';
import { logPathIn } from '../../embedded-mongodb/data-folder.ts';
import { emptyLog } from '../../embedded-mongodb/mongod-log.ts';
import type { ExitCode } from '../../errors.ts';
import { exitCodes, NoAthleteError, UsageError } from '../../errors.ts';
import type { Database } from '../../main.ts';
import { commandDeadlineMs, openDatabase } from '../../main.ts';
import { markErasing } from '../../mongo/athletes/erasing.ts';
import { int64 } from '../../mongo/base/bson-value.ts';
import type { ErasedCounts } from './store.ts';
import { eraseAthlete, eraseLeases, footprintLeft } from './store.ts';
import { assertOwnAthlete } from '../../mongo/tokens/other-applications.ts';
import type { Program } from '../../program.ts';
import { createPhotoFolder } from '../../strava/photo-folder.ts';
import type { PhotoFolder } from '../../sync/ports/photos.ts';
import { terminalText } from '../../terminal-text.ts';
import type { Lease } from '../../sync/ports/leases.ts';
import { isConfirmed } from '../shared/confirmation.ts';
import type { AthleteSession } from '../shared/held-athlete.ts';
import { whileHeld } from '../shared/held-athlete.ts';
import type { Revocation } from '../shared/revocation.ts';
import { revokeLogin } from '../shared/revocation.ts';
import { athleteOf } from '../shared/period-options.ts';
import { showStepWhenSlow } from '../shared/progress/delayed.ts';
import { counted, number, table } from '../shared/text/text-format.ts';

export interface EraseOptions {
  readonly athlete: string;
  /** Skips the confirmation. */
  readonly yes: boolean;
  /** Does not revoke the grant at Strava. */
  readonly withoutRevoke: boolean;
  readonly json: boolean;
  /** Where the confirmation is typed. */
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
}

/** The result of the revocation, and the number of deleted documents and files. */
export interface Receipt {
  readonly athlete: number;
  readonly access: Revocation;
  readonly deleted: ErasedCounts;
}

/**
 * @throws UsageError without a confirmation, NoAthleteError if nothing is stored of the athlete,
 * OtherApplicationError if the login belongs to another application,
 * StravaUnavailableError if the access cannot be revoked, EraseUnfinishedError if it has to be run again.
 */
export async function erase(program: Program, options: EraseOptions): Promise<ExitCode> {
  const athleteId = readAthleteId(options);
  if (!options.yes && !(options.input.isTTY === true && program.isTerminal)) {
    throw new UsageError('erase needs a confirmation, and there is no terminal: give --yes.');
  }
  const database = await openDatabase(program, commandDeadlineMs);
  try {
    const session = { program, database, athleteId };
    await assertOwn(session);
    await throwIfUnknown(session);
    // Who only came with an export has no login that could be revoked.
    if (!options.withoutRevoke && (await database.tokens.load(athleteId)) !== undefined)
      requireClient(program.config);
    if (!options.yes) await confirm(session, options);
    const receipt = await eraseNow(session, options.withoutRevoke);
    program.print(options.json ? jsonOf(receipt) : renderReceipt(receipt));
    return exitCodes.done;
  } finally {
    await database.close();
  }
}

/** Takes over the athlete from the process that syncs it, and erases without a confirmation. */
export async function eraseNow(session: AthleteSession, withoutRevoke: boolean): Promise<Receipt> {
  const { program, athleteId, database } = session;
  const receipt = await showStepWhenSlow(program, `Erasing athlete ${athleteId}`, () =>
    whileHeld(session, (lease) => eraseHeld(session, withoutRevoke, lease)),
  );
  await eraseLeases(database.store, athleteId);
  const { mongodb, dataDir } = program.config;
  if (mongodb.uri === undefined) await emptyLog(logPathIn(dataDir));
  return receipt;
}

/** @throws UsageError */
function readAthleteId(options: EraseOptions): number {
  const athleteId = athleteOf(options);
  if (athleteId === undefined) throw new UsageError('Name the athlete with --athlete ID.');
  return athleteId;
}

/** @throws OtherApplicationError */
function assertOwn({ database, athleteId }: AthleteSession): Promise<void> {
  return assertOwnAthlete(database.store, database.application, athleteId);
}

async function throwIfUnknown({ database, athleteId }: AthleteSession): Promise<void> {
  const { store } = database;
  if ((await footprintLeft(store, athleteId)).length > 0) return;
  throw new NoAthleteError(
    `Nothing is stored of athlete ${athleteId} in ${database.address}. ${commandLine('status')} lists the known athletes.`,
  );
}

async function confirm(
  { program, database, athleteId }: AthleteSession,
  { input }: EraseOptions,
): Promise<void> {
  const question = [
    `This revokes the access and deletes all data of ${await describe(database, athleteId)} from ${database.address}.`,
    'It cannot be undone.',
    `Type ${athleteId} or yes to continue: `,
  ].join('\n');
  const terminal = { input, output: program.stderr, signal: program.signal };
  if (await isConfirmed(terminal, question, [String(athleteId), 'yes'])) return;
  throw new UsageError('Not confirmed. Nothing was revoked and nothing was erased.');
}

async function describe(
  { store: { athletes, activities } }: Database,
  athleteId: number,
): Promise<string> {
  const id = int64(athleteId);
  const profile = await athletes.findOne({ _id: id });
  const count = await activities.countDocuments({ 'sync.athlete_id': id });
  const name = terminalText([profile?.firstname, profile?.lastname].filter(Boolean).join(' '));
  return `athlete ${athleteId}${name && ` (${name})`}, with ${counted(count, 'activity', 'activities')},`;
}

const notErased =
  'Nothing was erased. Run the same command again later, or with --without-revoke; then the athlete withdraws the access at https://www.strava.com/settings/apps.';

async function eraseHeld(
  session: AthleteSession,
  withoutRevoke: boolean,
  lease: Lease,
): Promise<Receipt> {
  const { program, database, athleteId } = session;
  const { store } = database;
  // A login since the command began may have moved the athlete.
  await assertOwn(session);
  // A revocation cannot be undone.
  await photoFolderOf(session).assertRemovable(athleteId);
  const access = withoutRevoke ? 'left alone' : await revokeLogin(session, notErased);
  const { signal } = program;
  await markErasing(store, database.application, athleteId);
  // First, because the documents say to whoever tries again that there is something left.
  const photos = await erasePhotos(session);
  const deleted = await eraseAthlete(store, { athleteId, lease, signal });
  const files = photos === 0 ? [] : [['photo_files', photos] as const];
  return { athlete: athleteId, access, deleted: new Map([...deleted, ...files]) };
}

/** Returns how many files went. The folder may be another one than that of the process that fetched them. */
async function erasePhotos(session: AthleteSession): Promise<number> {
  const { program, database, athleteId } = session;
  const { folder } = program.config.photoFiles;
  const named = await database.store.activities.countDocuments({
    ...{ 'sync.athlete_id': int64(athleteId), 'photo_files.0': { $exists: true } },
  });
  const photos = await photoFolderOf(session).removeAthlete(athleteId);
  if (named > 0 && photos === 0)
    program.log.warn(
      `There are photos of ${counted(named, 'activity', 'activities')}, but none in ${folder}: remove the folder ${athleteId} by hand from the SYNC_PHOTOS_FOLDER of the daemon that fetched them.`,
    );
  return photos;
}

function photoFolderOf({ program }: AthleteSession): PhotoFolder {
  return createPhotoFolder(program.config.photoFiles.folder);
}

function jsonOf({ athlete, access, deleted }: Receipt): string {
  return JSON.stringify({ athlete, access, deleted: Object.fromEntries(deleted) });
}

const accessSentences: Readonly<Record<Revocation, string>> = {
  revoked: 'The access was revoked at Strava.',
  'no login': 'No login was stored, so nothing was revoked at Strava.',
  'left alone':
    'The access was not revoked: the athlete can revoke it at https://www.strava.com/settings/apps.',
};

function renderReceipt({ athlete, access, deleted }: Receipt): string {
  const rows = [...deleted].map(([name, count]) => [`  ${name}`, number(count)]);
  return [`Athlete ${athlete} is erased. ${accessSentences[access]}`, table(rows)].join('\n');
}
