/**
 * Activities as GPX 1.1 (https://www.topografix.com/GPX/1/1/): for each one track of one segment (of
 * several where something was left out), with a point for each sample that has a position.
 */
import type { Recording } from '../../../domain/activity/recording.ts';
import type { Streams } from '../../../domain/activity/streams.ts';
import type { Position, ShownRecording } from './samples.ts';
import { instantsOf, instantText, linesOf, numberIn, textOf } from './samples.ts';
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

/** How many points are one piece. */
const blockLength = 250;

/** The track in pieces. */
export function* gpxOf(recording: ShownRecording): Generator<string> {
  yield describe(recording);
  if (recording.streams) yield* segmentsOf(recording, recording.streams);
  yield '</trk>\n';
}

function* segmentsOf(recording: ShownRecording, streams: Streams): Generator<string> {
  const pointOf = pointsOf(recording, streams);
  for (const line of linesOf(recording)) {
    yield '<trkseg>\n';
    for (let from = 0; from < line.length; from += blockLength) {
      let text = '';
      for (const position of line.slice(from, from + blockLength)) text += pointOf(position);
      yield text;
    }
    yield '</trkseg>\n';
  }
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

/** What writes the point of a position. Each stream is looked up once for all of them. */
function pointsOf(recording: Recording, streams: Streams): (position: Position) => string {
  const timeOf = instantsOf(recording, streams);
  const lats = decimalsOf(streams, 'lat');
  const lngs = decimalsOf(streams, 'lng');
  const elevations = decimalsOf(streams, 'altitude');
  const extensionsOf = extensionsIn(streams);
  return ({ index }) => {
    const altitude = elevations(index);
    const elevation = altitude === undefined ? '' : `<ele>${altitude}</ele>`;
    const at = timeOf(index);
    const time = at === undefined ? '' : `<time>${at}</time>`;
    return `<trkpt lat="${lats(index) ?? ''}" lon="${lngs(index) ?? ''}">${elevation}${time}${extensionsOf(index)}</trkpt>\n`;
  };
}

/**
 * Power is outside of Garmin's extension, which has no field for it, and has no prefix: Strava's own files
 * have it there, and readers expect it there.
 * https://www8.garmin.com/xmlschemas/TrackPointExtensionv1.xsd defines the order and the bounds of the others.
 */
function extensionsIn(streams: Streams): (index: number) => string {
  const powers = wholesOf(streams, 'watts', { min: 0, max: 65_535 });
  const temperatures = decimalsOf(streams, 'temp');
  const heartrates = wholesOf(streams, 'heartrate', { min: 1, max: 255 });
  const cadences = wholesOf(streams, 'cadence', { min: 0, max: 254 });
  return (index) => {
    const watts = powers(index);
    const temperature = temperatures(index);
    const heartrate = heartrates(index);
    const cadence = cadences(index);
    const power = watts === undefined ? '' : `<power>${watts}</power>`;
    const atemp = temperature === undefined ? '' : `<gpxtpx:atemp>${temperature}</gpxtpx:atemp>`;
    const hr = heartrate === undefined ? '' : `<gpxtpx:hr>${heartrate}</gpxtpx:hr>`;
    const cad = cadence === undefined ? '' : `<gpxtpx:cad>${cadence}</gpxtpx:cad>`;
    const inner = `${atemp}${hr}${cad}`;
    if (inner === '') return power === '' ? '' : `<extensions>${power}</extensions>`;
    return `<extensions>${power}<gpxtpx:TrackPointExtension>${inner}</gpxtpx:TrackPointExtension></extensions>`;
  };
}

/**
 * Each number of a stream as `xsd:decimal`; undefined where there is none. JSON writes many numbers in half the
 * time that they take one by one, but some with an exponent, and what is no number can have several commas.
 */
function decimalsOf({ arrays }: Streams, key: string): (index: number) => string | undefined {
  const samples = arrays.get(key) ?? [];
  const json = JSON.stringify(samples).slice(1, -1);
  const texts = json.split(',');
  const arePlain = texts.length === samples.length && !json.includes('e');
  return (index) => {
    const value = numberIn(samples, index);
    if (value === undefined) return undefined;
    return arePlain ? texts[index] : xmlDecimal(value);
  };
}

/** The value rounded to a whole number; undefined outside of the format's bounds. */
function wholesOf(
  { arrays }: Streams,
  key: string,
  { min, max }: { min: number; max: number },
): (index: number) => number | undefined {
  const samples = arrays.get(key);
  return (index) => {
    const value = numberIn(samples, index);
    if (value === undefined) return undefined;
    const whole = Math.round(value);
    return whole >= min && whole <= max ? whole : undefined;
  };
}
