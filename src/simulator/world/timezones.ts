/**
 * The places of the simulated athletes with their time zones, and Strava's way of writing local
 * time (wall clock with a false Z, and a zone's name with an offset that ignores daylight saving).
 */

/** A place to start from; `zone` is an IANA name. */
export interface Place {
  readonly zone: string;
  readonly city: string;
  readonly country: string;
  readonly latlng: readonly [number, number];
}

export const home: Place = {
  zone: 'Europe/Vienna',
  city: 'Wien',
  country: 'Austria',
  latlng: [48.2082, 16.3738],
};

/** Half-hour offsets, both hemispheres, and one place beside the antimeridian. */
export const travels: readonly Place[] = [
  {
    zone: 'America/Los_Angeles',
    city: 'Oakland',
    country: 'United States',
    latlng: [37.8, -122.25],
  },
  { zone: 'Asia/Kolkata', city: 'Pune', country: 'India', latlng: [18.52, 73.85] },
  { zone: 'Australia/Sydney', city: 'Sydney', country: 'Australia', latlng: [-33.87, 151.2] },
  { zone: 'America/St_Johns', city: "St. John's", country: 'Canada', latlng: [47.56, -52.71] },
  { zone: 'Atlantic/Reykjavik', city: 'Reykjavík', country: 'Iceland', latlng: [64.15, -21.94] },
  { zone: 'Pacific/Fiji', city: 'Taveuni', country: 'Fiji', latlng: [-16.8, 179.999] },
];

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const formats = new Map<string, Intl.DateTimeFormat>();

/** The zone's true offset from UTC at an instant, daylight saving included, in milliseconds. */
export function offsetMs(zone: string, atMs: number): number {
  const parts = formatOf(zone).formatToParts(atMs);
  const field = (type: string): number =>
    Number(parts.find((part) => part.type === type)?.value ?? '0');
  const localMs = Date.UTC(
    field('year'),
    field('month') - 1,
    field('day'),
    field('hour'),
    field('minute'),
    field('second'),
  );
  return localMs - Math.floor(atMs / 1000) * 1000;
}

/** Strava's name of a zone, e.g. `(GMT-08:00) America/Los_Angeles`: always the winter offset. */
export function zoneLabel(zone: string, atMs: number): string {
  const year = new Date(atMs).getUTCFullYear();
  const standardMs = Math.min(
    offsetMs(zone, Date.UTC(year, 0, 1)),
    offsetMs(zone, Date.UTC(year, 6, 1)),
  );
  const minutes = Math.abs(standardMs) / 60_000;
  const clock = [Math.floor(minutes / 60), minutes % 60].map((part) =>
    String(part).padStart(2, '0'),
  );
  return `(GMT${standardMs < 0 ? '-' : '+'}${clock.join(':')}) ${zone}`;
}

/** An instant as Strava writes it, without fractions of a second. */
export function writeInstant(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19)}Z`;
}

/** Strava's value for a hidden start time: one second after the local day's midnight. */
export function hiddenStartMs(zone: string, startMs: number): number {
  const offset = offsetMs(zone, startMs);
  return Math.floor((startMs + offset) / dayMs) * dayMs + 1000 - offset;
}

/** The hour of the local day, 0 to 23. */
export function localHour(zone: string, atMs: number): number {
  return new Date(atMs + offsetMs(zone, atMs)).getUTCHours();
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formats.set(zone, made);
  return made;
}
