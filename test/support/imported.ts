/**
 * Imports a simulated athlete's activities through the store, as an export of them would be.
 */
import type { Db } from 'mongodb';
import type { Streams } from '../../src/domain/activity/streams.ts';
import { isProblem, readStreams } from '../../src/domain/activity/streams.ts';
import type { JsonObject, JsonValue } from '../../src/domain/json.ts';
import { createImportStore } from '../../src/mongo/imports/create-import-store.ts';
import type {
  ActivityImportWrite,
  ImportedActivity,
  ImportedRecording,
  ImportOutcome,
} from '../../src/mongo/imports/import-store.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import type { ActivityTruth } from '../../src/simulator/world/world.ts';
import { storeWith } from '../mongo/adapter.ts';

const lost: ImportedRecording = { kind: 'pending', reason: 'Strava has lost the file' };

/** What the export has of a summary, in the API's names. */
const exportedKeys = [
  'name',
  'sport_type',
  'distance',
  'moving_time',
  'elapsed_time',
  'total_elevation_gain',
];

export interface ImportOptions {
  readonly athleteId?: number;
  readonly archivedAt?: Date;
  readonly digest?: string;
  readonly prefer?: ActivityImportWrite['prefer'];
  /** The activities whose recording the export lacks. */
  readonly lostIds?: readonly number[];
}

/** Imports all activities that exist at Strava now; returns what became of each. */
export async function importAll(
  { db, simulator }: { readonly db: Db; readonly simulator: Simulator },
  {
    athleteId = 1001,
    archivedAt = new Date(),
    digest = 'first',
    prefer = 'api',
    lostIds = [],
  }: ImportOptions = {},
): Promise<readonly ImportOutcome[]> {
  const store = createImportStore(
    storeWith(db, (operation) => operation()),
    { trackSource: 'summary' },
  );
  const outcomes: ImportOutcome[] = [];
  for (const { id, startAt } of simulator.world.activities(athleteId)) {
    const recording = lostIds.includes(id) ? lost : recordingOf(simulator, id);
    const imported = importedOf(simulator, { id, startAt }, { archivedAt, digest }, recording);
    outcomes.push(await store.write({ athleteId, epoch: 1, at: new Date(), prefer }, imported));
  }
  return outcomes;
}

function recordingOf({ world }: Simulator, id: number): ImportedRecording {
  const streams = streamsOf(world.streams(id));
  return streams === undefined ? { kind: 'none' } : { kind: 'streams', streams, computed: [] };
}

function streamsOf(set: ReturnType<Simulator['world']['streams']>): Streams | undefined {
  if (set === null) return undefined;
  const named = Object.entries(set).map(([key, data]) => [key, { data }]);
  const streams = readStreams(Object.fromEntries(named) as JsonObject);
  if (isProblem(streams)) throw new Error(streams.problem);
  return streams;
}

function importedOf(
  { world }: Simulator,
  { id, startAt }: Pick<ActivityTruth, 'id' | 'startAt'>,
  facts: { readonly archivedAt: Date; readonly digest: string },
  recording: ImportedRecording,
): ImportedActivity {
  const summary = world.summary(id) as JsonObject;
  const fields = exportedKeys.flatMap((key): [string, JsonValue][] => {
    const value = summary[key];
    return value === undefined ? [] : [[key, value]];
  });
  return {
    activity: {
      id,
      starts: [startAt],
      dateText: startAt.toISOString(),
      file: { kind: 'none' },
      isUploaded: recording.kind !== 'none',
      fields: Object.fromEntries(fields),
      row: [String(id)],
    },
    startAt,
    export: facts,
    recording,
  };
}
