/**
 * Invents an activity's streams from its facts, the same ones each time, so that
 * thousands of activities need no memory. It knows nothing of visibility.
 */
import type { Activity, ActivityFacts } from './activity.ts';
import { createRandom } from './random.ts';
import type { Random } from './random.ts';
import { cutStreams } from './stream-set.ts';
import type { StreamSet, StreamValue } from './stream-set.ts';
import { createTrack } from './track.ts';
import type { Track } from './track.ts';

/** The loop that an activity's summary polyline and its `latlng` stream lie on. */
export function trackOf(facts: ActivityFacts): Track {
  return createTrack(
    createRandom(facts.waySeed, 'track'),
    facts.place.latlng,
    Math.max(facts.distanceMeters, 1),
  );
}

/** The recorded streams after a crop; null if there are none. */
export function streamsOf(activity: Activity): StreamSet | null {
  const whole =
    activity.customStreams === undefined ? generate(activity.facts) : activity.customStreams;
  if (whole === null || activity.crop === null) return whole;
  const { fromIndex, toIndex } = activity.crop;
  return rebase(cutStreams(whole, fromIndex, toIndex));
}

function rebase(streams: StreamSet): StreamSet {
  const rebased = Object.entries(streams).map(([key, data]) => {
    const first = data[0];
    if ((key !== 'time' && key !== 'distance') || typeof first !== 'number') {
      return [key, data] as const;
    }
    const shift = (value: StreamValue): StreamValue =>
      typeof value === 'number' ? roundTo(value - first, 1) : value;
    return [key, data.map(shift)] as const;
  });
  return Object.fromEntries(rebased);
}

function generate(facts: ActivityFacts): StreamSet | null {
  if (facts.samples === 0) return null;
  const random = createRandom(facts.seed, 'streams');
  const { recording, sport } = facts;
  const time = drawTimes(facts, random);
  const distance = drawDistances(facts, time);
  const streams: Record<string, StreamValue[]> = { time: time.seconds };
  if (facts.distanceMeters > 0) {
    const shape = drawShape(facts, distance, time.seconds);
    streams['distance'] = distance;
    streams['velocity_smooth'] = shape.speeds;
    if (sport.isOutdoors) {
      streams['altitude'] = shape.altitudes;
      streams['grade_smooth'] = shape.grades;
    }
  }
  streams['moving'] = time.seconds.map((_, index) => index !== time.pauseIndex);
  if (recording.hasGps) streams['latlng'] = drawPositions(facts, distance);
  const swing = (middle: number, width: number): StreamValue[] =>
    drawSwing({ random, samples: facts.samples, middle, width });
  if (recording.hasHeartrate) streams['heartrate'] = swing(random.integer(118, 158), 18);
  if (recording.hasCadence) streams['cadence'] = swing(sport.cadenceRpm, 8);
  if (recording.hasWatts) streams['watts'] = swing(random.integer(140, 240), 60);
  if (recording.hasTemperature) streams['temp'] = swing(random.integer(-5, 30), 2);
  if (recording.hasGaps) punchGaps(streams, random);
  return streams;
}

interface Times {
  readonly seconds: number[];
  /** Where the athlete stood still. */
  readonly pauseIndex: number;
  readonly pauseSeconds: number;
}

function drawTimes(facts: ActivityFacts, random: Random): Times {
  const { samples, elapsedSeconds, movingSeconds } = facts;
  const pauseSeconds = elapsedSeconds - movingSeconds;
  const pauseIndex = pauseSeconds > 0 ? random.integer(1, Math.max(1, samples - 2)) : -1;
  const spare = Math.max(0, movingSeconds - (samples - 1));
  const sums = [0];
  for (let index = 1; index < samples; index++) {
    sums.push((sums[index - 1] ?? 0) + 0.3 + random.next() ** 3);
  }
  const total = sums.at(-1) ?? 1;
  const seconds = sums.map((sum, index) => {
    const extra = total > 0 ? Math.floor((spare * sum) / total) : 0;
    return index + extra + (pauseIndex > 0 && index >= pauseIndex ? pauseSeconds : 0);
  });
  return { seconds, pauseIndex, pauseSeconds };
}

function drawDistances(facts: ActivityFacts, time: Times): number[] {
  const last = time.seconds.at(-1) ?? 0;
  const moving = Math.max(1, last - (time.pauseIndex > 0 ? time.pauseSeconds : 0));
  return time.seconds.map((second, index) => {
    const stood = time.pauseIndex > 0 && index >= time.pauseIndex ? time.pauseSeconds : 0;
    const share = (second - stood) / moving;
    const uneven = share + 0.03 * Math.sin(4 * Math.PI * share);
    return roundTo(facts.distanceMeters * uneven, 1);
  });
}

interface Shape {
  readonly altitudes: number[];
  readonly speeds: number[];
  readonly grades: number[];
}

function drawShape(
  facts: ActivityFacts,
  distance: readonly number[],
  seconds: readonly number[],
): Shape {
  const hills = 1 + (facts.waySeed % 3);
  const height = facts.climbMeters / hills;
  const base = 150 + (facts.waySeed % 900);
  const altitudes = distance.map((meters) => {
    const share = meters / facts.distanceMeters;
    return roundTo(base + (height / 2) * (1 - Math.cos(2 * Math.PI * hills * share)), 1);
  });
  const speeds: number[] = [];
  const grades: number[] = [];
  for (let index = 0; index < distance.length; index++) {
    const before = Math.max(0, index - 1);
    const meters = (distance[index] ?? 0) - (distance[before] ?? 0);
    const climb = (altitudes[index] ?? 0) - (altitudes[before] ?? 0);
    const duration = Math.max(1, (seconds[index] ?? 0) - (seconds[before] ?? 0));
    speeds.push(roundTo(meters / duration, 1));
    grades.push(meters > 0 ? roundTo((100 * climb) / meters, 1) : 0);
  }
  return { altitudes, speeds, grades };
}

function drawPositions(facts: ActivityFacts, distance: readonly number[]): StreamValue[] {
  const track = trackOf(facts);
  const length = Math.max(facts.distanceMeters, 1);
  return distance.map((meters) => track.at(Math.min(1, meters / length)));
}

interface Swing {
  readonly random: Random;
  readonly samples: number;
  readonly middle: number;
  readonly width: number;
}

function drawSwing({ random, samples, middle, width }: Swing): StreamValue[] {
  const turns = random.between(2, 7);
  return Array.from({ length: samples }, (_, index) => {
    const wave = Math.sin((2 * Math.PI * turns * index) / samples);
    return Math.round(middle + width * (0.7 * wave + 0.3 * random.between(-1, 1)));
  });
}

function punchGaps(streams: Record<string, StreamValue[]>, random: Random): void {
  for (const key of ['heartrate', 'cadence', 'watts', 'temp', 'altitude', 'latlng']) {
    const data = streams[key];
    if (data === undefined || data.length < 10) continue;
    for (let gap = 0; gap < 3; gap++) data[random.integer(1, data.length - 2)] = null;
  }
}

function roundTo(value: number, digits: number): number {
  const scale = 10 ** digits;
  return Math.round(value * scale) / scale;
}
