/**
 * Spoils the responses of a simulator on their way through a response proxy, and judges what a sync then
 * made of each.
 */
import type { Fate, Spoilt } from './json-mutations.ts';
import { membersOf, spoilRecord, spoilStreams } from './json-mutations.ts';
import { lossesOf } from './losses.ts';
import type { Random } from './random.ts';
import { createRandom } from './random.ts';
import type { PassingResponse } from './response-proxy.ts';
import type { Scene } from '../scene.ts';
import { athleteId } from '../scene.ts';

type Records = readonly Readonly<Record<string, unknown>>[];
type StreamSet = Readonly<Record<string, { readonly data: readonly unknown[] }>>;

export interface SpoilerOptions {
  readonly seed: number;
  /** Bodies that are not a list: each replaces one page. */
  readonly wrongPages: readonly string[];
  /** The length of the longest stream, which is sent once. */
  readonly maxPoints: number;
  /** From 0 to 1; by default half of the records and 60 % of the streams. */
  readonly share?: { readonly records: number; readonly streams: number };
}

export interface Spoiler {
  /** For a response proxy. */
  readonly alter: (response: PassingResponse) => string | undefined;
  /** The number of responses that were altered. */
  readonly alteredResponses: () => number;
  /** By activity. */
  readonly records: () => ReadonlyMap<number, Spoilt>;
  /** By activity. */
  readonly streams: () => ReadonlyMap<number, Spoilt>;
}

const defaultShare = { records: 0.5, streams: 0.6 };

/**
 * Spoils a share of the records, each always in the same way, and of the streams. Streams that have to be
 * rejected are spoilt in another way each time.
 */
export function createSpoiler(options: SpoilerOptions): Spoiler {
  const { seed, share = defaultShare } = options;
  const pages = [...options.wrongPages];
  const records = new Map<number, Spoilt | undefined>();
  const streams = createStreamSpoiler(options);
  const recordText = (record: Records[number]): string => {
    const id = Number(record['id']);
    const random = createRandom(seed ^ id);
    if (!records.has(id)) {
      records.set(
        id,
        random.next() < share.records ? spoilRecord(membersOf(record), random) : undefined,
      );
    }
    return records.get(id)?.text ?? JSON.stringify(record);
  };
  const alter: Spoiler['alter'] = ({ path, status, body }) => {
    if (status !== 200) return undefined;
    if (path.endsWith('/athlete/activities')) {
      return pages.pop() ?? `[${(JSON.parse(body) as Records).map(recordText).join(',')}]`;
    }
    const [, id] = /\/activities\/(\d+)\/streams$/.exec(path) ?? [];
    return id === undefined ? undefined : streams.alter(Number(id), body);
  };
  let alteredResponses = 0;
  return {
    alter: (response) => {
      const altered = alter(response);
      if (altered !== undefined && altered !== response.body) alteredResponses += 1;
      return altered;
    },
    alteredResponses: () => alteredResponses,
    records: () => spoiltOnly(records),
    streams: () => spoiltOnly(streams.known),
  };
}

function createStreamSpoiler({ seed, maxPoints: most, share = defaultShare }: SpoilerOptions) {
  const known = new Map<number, Spoilt | undefined>();
  const randoms = new Map<number, Random>();
  let maxPoints = most;
  const spoil = (body: string, random: Random): Spoilt => {
    const spoilt = spoilStreams(JSON.parse(body) as StreamSet, random, maxPoints);
    if (spoilt.kind === 'many points') maxPoints = 5_000;
    return spoilt;
  };
  const alter = (id: number, body: string): string | undefined => {
    const random = randoms.get(id) ?? createRandom(seed ^ (id + 1));
    randoms.set(id, random);
    if (!known.has(id)) {
      known.set(id, random.next() > share.streams ? undefined : spoil(body, random));
    } else if (known.get(id)?.fate === 'parked') {
      let again = spoil(body, random);
      while (again.fate !== 'parked') again = spoil(body, random);
      known.set(id, again);
    }
    return known.get(id)?.text;
  };
  return { alter, known };
}

function spoiltOnly(all: ReadonlyMap<number, Spoilt | undefined>): ReadonlyMap<number, Spoilt> {
  const entries = [...all].flatMap(([id, spoilt]) => (spoilt ? [[id, spoilt] as const] : []));
  return new Map(entries);
}

/** What a sync made of the spoilt responses, against their fates. */
export interface Judgement {
  /** Spoilt records and streams with an outcome that is not theirs. */
  readonly wrong: readonly WrongOutcome[];
  /** Activities whose own responses were not spoilt, and that are missing or different all the same. */
  readonly harmed: readonly string[];
  readonly doubled: number;
  /** The number of spoilt records and streams. */
  readonly cases: number;
}

export interface WrongOutcome {
  readonly id: number | string;
  readonly kind: string;
  readonly expected: Fate;
  readonly actual: string;
}

export async function judgeSpoilt(scene: Scene, spoiler: Spoiler): Promise<Judgement> {
  const records = spoiler.records();
  const allStreams = spoiler.streams();
  // Where the record is spoilt too, the outcome of the streams follows from that.
  const streams = new Map([...allStreams].filter(([id]) => !records.has(id)));
  const { lost, doubled } = await lossesOf(scene.db, scene.simulator, athleteId);
  const different = new Set(lost.map(idAtStart));
  const wrong = [
    ...(await judgeRecords(scene, records)),
    ...(await judgeStreams(scene, streams, different)),
  ];
  const isGood = (id: number): boolean => id > 0 && !records.has(id) && !streams.has(id);
  const harmed = lost.filter((sentence) => isGood(idAtStart(sentence)));
  return { wrong, harmed, doubled, cases: records.size + allStreams.size };
}

function idAtStart(sentence: string): number {
  return Number(/^\d{9,}/.exec(sentence)?.[0] ?? 0);
}

async function judgeRecords(
  { db }: Scene,
  spoilt: ReadonlyMap<number, Spoilt>,
): Promise<readonly WrongOutcome[]> {
  const stored = await db
    .collection('activities')
    .find({}, { projection: { _id: 1 } })
    .toArray();
  const storedIds = new Set(stored.map(({ _id }) => Number(_id)));
  const parked = await db.collection<{ _id: string; reason: string }>('parked').find().toArray();
  const parkedIds = new Set(parked.map(({ _id }) => _id));
  const unexplained = parked
    .filter(({ reason }) => reason.length < 10)
    .map(({ _id, reason }): WrongOutcome => ({
      id: _id,
      kind: 'parked',
      expected: 'parked',
      actual: `parked with the reason "${reason}"`,
    }));
  const misplaced = [...spoilt].flatMap(([id, { kind, fate }]) => {
    const isParked = parkedIds.has(`${athleteId}:${id}`);
    const hasId = !/^(?:no object|wrong id|no id)/.test(kind);
    const actual = storedIds.has(id) ? 'stored' : isParked || !hasId ? 'parked' : 'lost';
    const isRight = actual !== 'lost' && (fate === 'any' || fate === actual);
    return isRight ? [] : [{ id, kind, expected: fate, actual }];
  });
  return [...unexplained, ...misplaced];
}

async function judgeStreams(
  scene: Scene,
  spoilt: ReadonlyMap<number, Spoilt>,
  different: ReadonlySet<number>,
): Promise<readonly WrongOutcome[]> {
  const found: WrongOutcome[] = [];
  for (const [id, { kind, fate }] of spoilt) {
    const { streams } = (await scene.stored(id))?.['sync'] as {
      streams: { state: string; error?: string };
    };
    const isParked = streams.state === 'parked' && streams.error !== undefined;
    const isStored = streams.state === 'stored' && !different.has(id);
    const isRight =
      fate === 'any' ? streams.error === undefined : fate === 'parked' ? isParked : isStored;
    if (!isRight) found.push({ id, kind, expected: fate, actual: streams.state });
  }
  return found;
}
