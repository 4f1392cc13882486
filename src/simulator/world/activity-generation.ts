/**
 * Invents an athlete's history: a varied set of activities spread over some years, with the oddities
 * that real records have. The same seed and the same end give the same history.
 */
import type { ActivityFacts, Recording, Visibility } from './activity.ts';
import { createRandom } from './random.ts';
import type { Random } from './random.ts';
import { sports, unknownSport } from './sports.ts';
import type { Sport } from './sports.ts';
import { home, localHour, travels } from './timezones.ts';

/** The properties of a simulated athlete. */
export interface AthleteSpec {
  readonly id: number;
  readonly firstname: string;
  readonly lastname: string;
  readonly activities: number;
  /** Over how many years the activities are spread; default 3. */
  readonly years?: number;
  /** The newest activity starts a little before this; default the clock's now. */
  readonly endsAt?: Date;
  /** Points of each recording, or their bounds; default 200 to 900. */
  readonly samplesPerActivity?: number | readonly [number, number];
  /** Share of activities typed in by hand, without streams; default 0.03. */
  readonly manualShare?: number;
  /** Share of activities that only the athlete sees; default 0.1. */
  readonly privateShare?: number;
  /** Share of activities whose start time is hidden; default 0. */
  readonly hiddenStartShare?: number;
  /** How many routes are saved, and how many segments starred; default 3. */
  readonly savedRoutes?: number;
  readonly starredSegments?: number;
  /** Whether Strava gives the athlete what is for subscribers only; default false. */
  readonly isSubscriber?: boolean;
}

/** The source of an invented activity. */
export interface Draft {
  readonly id: number;
  readonly athleteId: number;
  readonly seed: number;
  readonly startMs: number;
  readonly sport: Sport;
  readonly samples: readonly [number, number];
  readonly isManual: boolean;
  readonly visibility: Visibility;
}

const yearMs = 365.25 * 86_400_000;
const hourMs = 3_600_000;
const firstId = 19_000_000_000;
const idStep = 1009;

/** The facts of all activities of an athlete, newest first. */
export function inventHistory(
  spec: AthleteSpec,
  seeds: { readonly seed: number; readonly athleteIndex: number; readonly endMs: number },
): ActivityFacts[] {
  const random = createRandom(seeds.seed, spec.id, 'history');
  const ranks = drawUploadRanks(spec.activities, random);
  const isOneOf = (share: number, index: number): boolean =>
    Math.floor((index + 1) * share) > Math.floor(index * share);
  return Array.from({ length: spec.activities }, (_, index) => {
    const rank = ranks[index] ?? 0;
    const id = firstId + seeds.athleteIndex * 50_000_000 + rank * idStep + random.integer(0, 1008);
    const draft: Draft = {
      id,
      athleteId: spec.id,
      seed: createRandom(seeds.seed, id, 'activity').integer(0, 2 ** 31),
      startMs: drawStart(spec, { index, endMs: seeds.endMs, random }),
      sport: index % 50 === 20 ? unknownSport : pickSport(random),
      samples: boundsOf(spec.samplesPerActivity ?? [200, 900]),
      isManual: isOneOf(spec.manualShare ?? 0.03, index),
      visibility: isOneOf(spec.privateShare ?? 0.1, index)
        ? 'only_me'
        : random.chance(0.2)
          ? 'followers_only'
          : 'everyone',
    };
    return index % 50 === 17 ? shrinkToOnePoint(inventFacts(draft)) : inventFacts(draft);
  });
}

/** Works out the rest of an activity from its draft. */
export function inventFacts(draft: Draft): ActivityFacts {
  const { sport, isManual } = draft;
  const random = createRandom(draft.seed, 'facts');
  const wanted = isManual ? 0 : random.integer(...draft.samples);
  const movingSeconds = Math.max(Math.round(random.between(...sport.minutes) * 60), wanted);
  const speed = random.between(...sport.speedMetersPerSecond);
  const distanceMeters = Math.round(movingSeconds * speed * 10) / 10;
  const isTrainer =
    sport.sportType === 'VirtualRide' || (sport.gear === 'bike' && random.chance(0.05));
  return {
    id: draft.id,
    athleteId: draft.athleteId,
    seed: draft.seed,
    waySeed: draft.seed,
    name: inventName(sport, random),
    sport,
    place: random.chance(0.85) ? home : random.pick(travels),
    startMs: draft.startMs,
    elapsedSeconds: movingSeconds + (random.chance(0.6) ? random.integer(20, 900) : 0),
    movingSeconds,
    distanceMeters,
    climbMeters: Math.round(((distanceMeters / 1000) * sport.climbMetersPerKm * 10) / 10),
    samples: wanted,
    recording: drawRecording({ sport, isTrainer, isManual, random }),
    isManual,
    isTrainer,
    isCommute: sport.gear === 'bike' && random.chance(0.08),
    visibility: draft.visibility,
    gearId: drawGear(sport, draft.athleteId, random),
    isSparse: random.chance(0.06),
    hasFloatIntegers: random.chance(0.05),
  };
}

/** The bounds of the number of samples that a setting means. */
export function boundsOf(samples: number | readonly [number, number]): readonly [number, number] {
  return typeof samples === 'number' ? [samples, samples] : samples;
}

function drawUploadRanks(count: number, random: Random): number[] {
  const ranks = Array.from({ length: count }, (_, index) => count - index);
  for (let index = 0; index < count; index++) {
    if (!random.chance(0.05)) continue;
    const other = Math.min(count - 1, index + random.integer(1, 40));
    const [mine, its] = [ranks[index] ?? 0, ranks[other] ?? 0];
    ranks[index] = its;
    ranks[other] = mine;
  }
  return ranks;
}

function drawStart(
  spec: AthleteSpec,
  { index, endMs, random }: { index: number; endMs: number; random: Random },
): number {
  const spanMs = (spec.years ?? 3) * yearMs;
  const lastMs = Math.floor(endMs / 1000) * 1000 - 3 * hourMs;
  const step = spanMs / Math.max(spec.activities, 1);
  const startMs = lastMs - Math.round((step * (index + random.between(0, 0.9))) / 1000) * 1000;
  if (index === 0) return lastMs;
  const hour = localHour(home.zone, startMs);
  return hour < 6 || hour > 21 ? startMs - 9 * hourMs : startMs;
}

function pickSport(random: Random): Sport {
  const total = sports.reduce((sum, sport) => sum + sport.weight, 0);
  let rest = random.between(0, total);
  for (const sport of sports) {
    rest -= sport.weight;
    if (rest < 0) return sport;
  }
  return unknownSport;
}

interface Circumstances {
  readonly sport: Sport;
  readonly isTrainer: boolean;
  readonly isManual: boolean;
  readonly random: Random;
}

function drawRecording({ sport, isTrainer, isManual, random }: Circumstances): Recording {
  const recorded = (share: number): boolean => !isManual && random.chance(share);
  return {
    hasGps: recorded(0.97) && sport.isOutdoors && (!isTrainer || sport.sportType === 'VirtualRide'),
    hasHeartrate: recorded(0.8),
    hasWatts: recorded(sport.powerShare),
    hasCadence: recorded(0.75) && sport.cadenceRpm > 0,
    hasTemperature: recorded(0.6) && sport.isOutdoors,
    hasGaps: recorded(0.1),
  };
}

function drawGear(sport: Sport, athleteId: number, random: Random): string | null {
  if (sport.gear === 'none' || random.chance(0.1)) return null;
  return `${sport.gear === 'bike' ? 'b' : 'g'}${athleteId}${random.integer(1, 2)}`;
}

function inventName(sport: Sport, random: Random): string {
  const when = random.pick(['Morning', 'Lunch', 'Afternoon', 'Evening']);
  const plain = `${when} ${sport.sportType}`;
  return random.pick([
    plain,
    plain,
    plain,
    `${plain} 🚴‍♀️💨`,
    'Über die Höhenstraße',
    'Long "easy" one \\ with friends',
    '朝のトレーニング',
  ]);
}

function shrinkToOnePoint(facts: ActivityFacts): ActivityFacts {
  if (facts.isManual) return facts;
  const recording = { ...facts.recording, hasGps: true };
  const seconds = { elapsedSeconds: 4, movingSeconds: 4 };
  return { ...facts, ...seconds, recording, samples: 1, distanceMeters: 0, climbMeters: 0 };
}
