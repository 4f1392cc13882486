/**
 * Activities as GPX 1.1 (https://www.topografix.com/GPX/1/1/): for each one track of one segment (of
 * several where something was left out), with a point for each sample that has a position.
 */
import type { Recording } from '../../../domain/activity/recording.ts';
import type { Streams } from '../../../domain/activity/streams.ts';
import type { Position, ShownRecording } from './samples.ts';
import { instantsOf, instantText, linesOf, numberAt, textOf } from './samples.ts';
import { xmlDecimal, xmlText } from './xml.ts';

const head = `<?xml version="1.0" encoding="UTF-8"?>
<gpx version="1.1" creator="Domestique" xmlns="http://www.topografix.com/GPX/1/1" xmlns:gpxtpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v1">
`;
export const gpxTail = '</gpx>\n';

/** The beginning of a document, with the time of its first activity. */
export function gpxHead(first?: Recording): string {
  if (first === undefined) return head;
  return `${head}<metadata><time>${instantText(first.startAt)}</time></metadata>\n`;
}

/** The track in pieces. */
export function* gpxOf(recording: ShownRecording): Generator<string> {
  yield describe(recording);
  const { streams } = recording;
  const timeOf = streams && instantsOf(recording, streams);
  for (const line of linesOf(recording)) {
    yield '<trkseg>\n';
    if (streams) for (const at of line) yield pointOf(streams, at, timeOf?.(at.index));
    yield '</trkseg>\n';
  }
  yield '</trk>\n';
}

function describe(recording: Recording): string {
  const name = textOf(recording, 'name');
  const type = textOf(recording, 'sport_type') ?? textOf(recording, 'type');
  return [
    '<trk>\n',
    name === undefined ? '' : `<name>${xmlText(name)}</name>\n`,
    `<link href="https://www.strava.com/activities/${recording.id}"><text>View on Strava</text></link>\n`,
    type === undefined ? '' : `<type>${xmlText(type)}</type>\n`,
  ].join('');
}

function pointOf(streams: Streams, { index, lat, lng }: Position, at: string | undefined): string {
  const altitude = numberAt(streams, 'altitude', index);
  const elevation = altitude === undefined ? '' : `<ele>${xmlDecimal(altitude)}</ele>`;
  const time = at === undefined ? '' : `<time>${at}</time>`;
  return `<trkpt lat="${xmlDecimal(lat)}" lon="${xmlDecimal(lng)}">${elevation}${time}${extensionsOf(streams, index)}</trkpt>\n`;
}

/**
 * Power is outside of Garmin's extension, which has no field for it, and has no prefix: Strava's own files
 * have it there, and readers expect it there.
 */
function extensionsOf(streams: Streams, index: number): string {
  const watts = wholeAt(streams, 'watts', { index, min: 0, max: 65_535 });
  const garmin = garminExtension(streams, index);
  if (watts === undefined && garmin === '') return '';
  const power = watts === undefined ? '' : `<power>${watts}</power>`;
  return `<extensions>${power}${garmin}</extensions>`;
}

/** https://www8.garmin.com/xmlschemas/TrackPointExtensionv1.xsd defines this order and these bounds. */
function garminExtension(streams: Streams, index: number): string {
  const temperature = numberAt(streams, 'temp', index);
  const heartrate = wholeAt(streams, 'heartrate', { index, min: 1, max: 255 });
  const cadence = wholeAt(streams, 'cadence', { index, min: 0, max: 254 });
  const atemp =
    temperature === undefined ? '' : `<gpxtpx:atemp>${xmlDecimal(temperature)}</gpxtpx:atemp>`;
  const hr = heartrate === undefined ? '' : `<gpxtpx:hr>${heartrate}</gpxtpx:hr>`;
  const cad = cadence === undefined ? '' : `<gpxtpx:cad>${cadence}</gpxtpx:cad>`;
  const inner = `${atemp}${hr}${cad}`;
  return inner === '' ? '' : `<gpxtpx:TrackPointExtension>${inner}</gpxtpx:TrackPointExtension>`;
}

/** The value rounded to a whole number; undefined outside of the format's bounds. */
function wholeAt(
  streams: Streams,
  key: string,
  { index, min, max }: { index: number; min: number; max: number },
): number | undefined {
  const value = numberAt(streams, key, index);
  if (value === undefined) return undefined;
  const whole = Math.round(value);
  return whole >= min && whole <= max ? whole : undefined;
}
