/**
 * Places that exports leave out, because tracks show where people live: circles on the globe.
 */
import { metersBetween, radians } from './great-circle.ts';

/** Degrees, and the radius in metres. */
export interface HiddenPlace {
  readonly lat: number;
  readonly lng: number;
  readonly meters: number;
}

interface LatLng {
  readonly lat: number;
  readonly lng: number;
}

const maxMeters = 100_000;

/** What {@link parsePlace} takes, for messages. */
export const placeForm = `LAT,LNG,METRES with at most ${maxMeters} metres, for example 48.2082,16.3738,500`;

/** The place of "48.2082,16.3738,500"; undefined for another text. */
export function parsePlace(text: string): HiddenPlace | undefined {
  const numbers = text.split(',').map((part) => part.trim());
  if (numbers.length !== 3 || !numbers.every((part) => /^-?\d+(\.\d+)?$/.test(part))) {
    return undefined;
  }
  const [lat = 0, lng = 0, meters = 0] = numbers.map(Number);
  const isPlace = Math.abs(lat) <= 90 && Math.abs(lng) <= 180 && meters > 0 && meters <= maxMeters;
  return isPlace ? { lat, lng, meters } : undefined;
}

/** The places of a text with semicolons between them; undefined if one is none. */
export function parsePlaces(text: string): readonly HiddenPlace[] | undefined {
  const places = text.split(';').map(parsePlace);
  const found = places.filter((place) => place !== undefined);
  return found.length === places.length ? found : undefined;
}

/** Whether a point lies in one of the places. */
export function isHidden(places: readonly HiddenPlace[], point: LatLng): boolean {
  return places.some((place) => Math.hypot(...offsetFrom(place, point)) <= place.meters);
}

/** Whether the line between two points passes through one of the places. */
export function isLineHidden(places: readonly HiddenPlace[], from: LatLng, to: LatLng): boolean {
  return places.some(
    (place) => distanceToLine(offsetFrom(place, from), offsetFrom(place, to)) <= place.meters,
  );
}

/**
 * Metres to the east and north of a place, where the distance from the place is exact (the azimuthal
 * equidistant projection).
 */
function offsetFrom(place: LatLng, point: LatLng): readonly [number, number] {
  const [lat, otherLat] = [radians(place.lat), radians(point.lat)];
  const east = radians(point.lng - place.lng);
  const meters = metersBetween(place.lat, place.lng, point.lat, point.lng);
  const bearing = Math.atan2(
    Math.sin(east) * Math.cos(otherLat),
    Math.cos(lat) * Math.sin(otherLat) - Math.sin(lat) * Math.cos(otherLat) * Math.cos(east),
  );
  return [meters * Math.sin(bearing), meters * Math.cos(bearing)];
}

/** The least distance of the origin from a line between two points of the plane. */
function distanceToLine(
  [x, y]: readonly [number, number],
  [otherX, otherY]: readonly [number, number],
): number {
  const [alongX, alongY] = [otherX - x, otherY - y];
  const square = alongX ** 2 + alongY ** 2;
  const share = square === 0 ? 0 : -(x * alongX + y * alongY) / square;
  const within = Math.min(1, Math.max(0, share));
  return Math.hypot(x + within * alongX, y + within * alongY);
}
