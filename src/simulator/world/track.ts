/**
 * The line an activity draws on the map: a closed loop of a given length, the same for the same
 * seed. Any point of it can be had by its share of the way, so that a summary's short polyline and
 * the full stream lie on the same line.
 */
import polyline from '@googlemaps/polyline-codec';

import type { Random } from './random.ts';

export type LatLng = readonly [number, number];

export interface Track {
  /** The point after this share (0 to 1) of the way. */
  at(share: number): LatLng;
}

interface Wave {
  readonly times: number;
  readonly amplitude: number;
  readonly phase: number;
}

const metersPerDegree = 111_320;
const steps = 128;

/** A loop of about `lengthMeters` that starts and ends at `origin`. */
export function createTrack(random: Random, origin: LatLng, lengthMeters: number): Track {
  const [north, east] = [drawWaves(random), drawWaves(random)];
  const plane = (turn: number): LatLng => [swing(north, turn), swing(east, turn)];
  const lengths = measure(plane);
  const total = lengths.at(-1) ?? 1;
  const scale = lengthMeters / total / metersPerDegree;
  const widening = 1 / Math.cos((origin[0] * Math.PI) / 180);
  return {
    at: (share) => {
      const [y, x] = plane(turnAt(lengths, share * total));
      return [round(origin[0] + y * scale), round(wrap(origin[1] + x * scale * widening))];
    },
  };
}

/** The encoded polyline (precision 5) of a part of a track. */
export function encodeTrack(track: Track, span: readonly [number, number], points: number): string {
  const path: [number, number][] = [];
  for (let index = 0; index < points; index++) {
    const share = points === 1 ? 0 : index / (points - 1);
    const [lat, lng] = track.at(span[0] + (span[1] - span[0]) * share);
    path.push([lat, lng]);
  }
  return polyline.encode(path, 5);
}

function drawWaves(random: Random): Wave[] {
  return [1, 2, 3, 5].map((times) => ({
    times,
    amplitude: random.between(0.4, 1) / times ** 1.5,
    phase: random.between(0, 2 * Math.PI),
  }));
}

function swing(waves: readonly Wave[], turn: number): number {
  let sum = 0;
  for (const { times, amplitude, phase } of waves) {
    sum += amplitude * (Math.sin(2 * Math.PI * times * turn + phase) - Math.sin(phase));
  }
  return sum;
}

function measure(plane: (turn: number) => LatLng): number[] {
  const lengths = [0];
  let [before, sum] = [plane(0), 0];
  for (let step = 1; step <= steps; step++) {
    const point = plane(step / steps);
    sum += Math.hypot(point[0] - before[0], point[1] - before[1]);
    lengths.push(sum);
    before = point;
  }
  return lengths;
}

function turnAt(lengths: readonly number[], length: number): number {
  let [low, high] = [0, steps];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((lengths[middle] ?? 0) <= length) low = middle;
    else high = middle;
  }
  const [from, to] = [lengths[low] ?? 0, lengths[high] ?? 0];
  return (low + (to > from ? (length - from) / (to - from) : 0)) / steps;
}

function wrap(lng: number): number {
  if (lng > 180) return lng - 360;
  return lng < -180 ? lng + 360 : lng;
}

function round(degrees: number): number {
  return Math.round(degrees * 1e6) / 1e6;
}
