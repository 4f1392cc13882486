/**
 * The activities of somebody who commutes and trains from home: two of five are commutes by one of three ways,
 * to work and back; a third are on one of 60 loops; the others are each on a loop of their own. All loops leave
 * home on one of eight roads. Each activity strays by some metres from its way.
 */
import polyline from '@googlemaps/polyline-codec';
import { createRandom } from '../../src/simulator/world/random.ts';
import type { Random } from '../../src/simulator/world/random.ts';
import type { LatLng } from '../../src/simulator/world/track.ts';
import { createTrack } from '../../src/simulator/world/track.ts';

const home: LatLng = [48.2, 16.37];
const metersPerDegree = 111_320;
const stepMeters = 60;
const maxLinePoints = 200;
const roads = 8;
const loops = 60;

export interface Ridden {
  readonly id: number;
  readonly sport: 'Ride' | 'Run';
  readonly startAt: Date;
  readonly meters: number;
  readonly seconds: number;
  readonly points: readonly LatLng[];
}

/** The activity of this number; the same for the same number. */
export function ridden(number: number): Ridden {
  const random = createRandom('activity', number);
  const { sport, points, meters } = strayed(wayOf(number, random), random);
  const seconds = Math.round(
    meters / (sport === 'Run' ? random.between(2.4, 3.4) : random.between(6, 8)),
  );
  const startAt = new Date(Date.UTC(2014, 0, 1, 6 + (number % 3) * 5) + number * 20 * 3_600_000);
  return { id: 19_000_000_000 + number, sport, startAt, meters, seconds, points };
}

export function recordOf({ id, sport, startAt, meters, seconds, points }: Ridden) {
  const every = Math.ceil(points.length / maxLinePoints);
  const line = points.filter((_, index) => index % every === 0 || index === points.length - 1);
  const at = startAt.toISOString().replace('.000Z', 'Z');
  return {
    ...{ id, resource_state: 2, athlete: { id: 1_001, resource_state: 1 }, name: `A ${sport}` },
    ...{ sport_type: sport, start_date: at, start_date_local: at, manual: false },
    ...{ distance: Math.round(meters), moving_time: seconds, elapsed_time: seconds + 60 },
    ...{ total_elevation_gain: Math.round(meters / 90), start_latlng: [...(points[0] ?? home)] },
    map: { id: `a${id}`, summary_polyline: polyline.encode(line.map(([lat, lng]) => [lat, lng])) },
  };
}

interface Way {
  readonly sport: 'Ride' | 'Run';
  readonly points: readonly LatLng[];
}

function wayOf(number: number, random: Random): Way {
  const kind = random.next();
  if (kind < 0.4) {
    const points = commute(random.integer(0, 2));
    return { sport: 'Ride', points: random.chance(0.5) ? points : points.toReversed() };
  }
  return loop(kind < 0.75 ? `loop ${random.integer(1, loops)}` : `own ${number}`);
}

/** Ten kilometres, in the middle up to 300 m apart. */
function commute(variant: number): readonly LatLng[] {
  return part('commute', { origin: home, meters: 25_000, share: 0.4 }).map(
    ([lat, lng], index, all): LatLng => {
      const bulge = Math.max(0, Math.sin((index / all.length) * Math.PI * 3 - Math.PI));
      return [lat + (variant * bulge * 150) / metersPerDegree, lng];
    },
  );
}

function loop(name: string): Way {
  const random = createRandom(name);
  const sport = random.chance(0.4) ? 'Run' : 'Ride';
  const out = part(`road ${random.integer(1, roads)}`, {
    origin: home,
    meters: 16_000,
    share: 0.2,
  });
  const meters = sport === 'Run' ? random.between(3_000, 15_000) : random.between(10_000, 70_000);
  const around = part(name, { origin: out.at(-1) ?? home, meters, share: 1 });
  return { sport, points: [...out, ...around, ...out.toReversed()] };
}

function part(
  name: string,
  { origin, meters, share }: { origin: LatLng; meters: number; share: number },
): readonly LatLng[] {
  const track = createTrack(createRandom(name, 'track'), origin, meters);
  const steps = Math.ceil((meters * share) / stepMeters);
  return Array.from({ length: steps + 1 }, (_, step) => track.at((share * step) / steps));
}

function strayed({ sport, points }: Way, random: Random) {
  const off = (meters: number): number => random.between(-meters, meters) / metersPerDegree;
  const [north, east] = [off(8), off(8)];
  const from = random.integer(0, 3);
  const moved = points
    .slice(from)
    .map(([lat, lng]): LatLng => [lat + north + off(5), lng + east + off(5)]);
  return { sport, points: moved, meters: (moved.length - 1) * stepMeters };
}
