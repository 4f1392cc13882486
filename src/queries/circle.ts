/**
 * A circle on the ground as a ring of corners: as mongosh code for the page, and as values for `query`.
 * A test compares the two.
 */
import type { Circle } from './recipe.ts';

/** MongoDB compares each line of a track with each side: 32 take almost twice the CPU. */
const corners = 16;
/** The corners lie as far outside the circle as the middles of the sides lie inside: 1 % of the radius. */
const metersPerDegree = Math.round((111_195 * (1 + Math.cos(Math.PI / corners))) / 2);

/** A statement that computes `ring` from names that are defined before it. */
export function circleText({ lng, lat, radius }: Circle): string {
  const turn = `((corner % ${corners}) * Math.PI) / ${corners / 2}`;
  return [
    `var ring = [...Array(${corners + 1}).keys()].map((corner) => [`,
    `  ((${lng.path} + (${radius.path} / ${metersPerDegree} / Math.cos((${lat.path} * Math.PI) / 180)) * Math.cos(${turn}) + 540) % 360) - 180,`,
    `  ${lat.path} + (${radius.path} / ${metersPerDegree}) * Math.sin(${turn}),`,
    `])`,
  ].join('\n');
}

/** Longitude and latitude of each corner, with the first one again at the end. */
export function ringAround(
  lng: number,
  lat: number,
  radiusMeters: number,
): readonly (readonly [number, number])[] {
  const degrees = radiusMeters / metersPerDegree;
  return [...Array(corners + 1).keys()].map((corner) => {
    const turn = ((corner % corners) * Math.PI) / (corners / 2);
    const east = (degrees / Math.cos((lat * Math.PI) / 180)) * Math.cos(turn);
    // Longitudes continue on the other side of the antimeridian.
    return [((lng + east + 540) % 360) - 180, lat + degrees * Math.sin(turn)];
  });
}
