/**
 * Writes recordings as GPX, as well-behaved devices do and as the others do.
 */
import { samplesOf, type Sample, type Samples } from './samples.ts';
import { element, inParts, titleOf, xmlFile, xmlTime, type XmlOptions } from './xml-text.ts';

/** What is odd about a GPX file; each of it was seen in real ones. */
export interface GpxOptions extends XmlOptions {
  readonly creator?: string;
  /** The records are spread over so many tracks and segments. */
  readonly tracks?: number;
  readonly segments?: number;
  /** Whose extension a point has; `several` are one for each value, in another order. */
  readonly extension?: 'gpxtpx' | 'ns3' | 'gpxdata' | 'none' | 'undeclared' | 'several';
  /** The points have no time, as those of a planned route. */
  readonly isUntimed?: boolean;
  /** Waypoints and a route stand before the tracks. */
  readonly hasWaypoints?: boolean;
}

const garmin = 'http://www.garmin.com/xmlschemas';
const namespaces: Readonly<Record<string, string>> = {
  gpxtpx: `${garmin}/TrackPointExtension/v1`,
  ns3: `${garmin}/TrackPointExtension/v1`,
  gpxdata: 'http://www.cluetrust.com/XML/GPXDATA/1/0',
};

/** The bytes of a GPX file with these records. GPX has no place for the distance. */
export function encodeGpx(samples: Samples, options: GpxOptions = {}): Uint8Array {
  const { creator = 'Simulator', extension = 'gpxtpx', tracks = 1 } = options;
  const namespace = namespaces[extension];
  const declared = namespace === undefined ? '' : ` xmlns:${extension}="${namespace}"`;
  const records = samplesOf(samples);
  const time = xmlTime(records[0]?.timeS ?? 0, options);
  const root = [
    `<gpx version="1.1" creator="${creator}" xmlns="http://www.topografix.com/GPX/1/1"${declared}>`,
    `<metadata><name>${titleOf(options)}</name><time>${time}</time></metadata>`,
    options.hasWaypoints === true ? waypoints(time) : '',
    ...inParts(records, tracks).map((part) => track(part, options)),
    '</gpx>',
  ];
  return xmlFile(root.join('\n'), options);
}

function waypoints(time: string): string {
  const inside = `<ele>1</ele><time>${time}</time>`;
  const route = `<rte><rtept lat="3" lon="4">${inside}</rtept></rte>`;
  return `<wpt lat="1" lon="2">${inside}</wpt>${route}`;
}

function track(records: readonly Sample[], options: GpxOptions): string {
  const segments = inParts(records, options.segments ?? 1).map((part) => {
    const points = part.map((record) => point(record, options));
    return `<trkseg>\n${points.join('\n')}\n</trkseg>`;
  });
  return `<trk><name>${titleOf(options)}</name>${segments.join('')}</trk>`;
}

function point(record: Sample, options: GpxOptions): string {
  const { lat, lng, altitude, timeS } = record;
  const position = lat === null || lng === null ? '' : ` lat="${lat}" lon="${lng}"`;
  const time = options.isUntimed === true ? '' : `<time>${xmlTime(timeS, options)}</time>`;
  const inside = `${element('ele', altitude, options)}${time}${extensionsOf(record, options)}`;
  return `<trkpt${position}>${inside}</trkpt>`;
}

function extensionsOf({ heartrate, cadence, temp, watts }: Sample, options: GpxOptions): string {
  const { extension = 'gpxtpx' } = options;
  const value = (name: string, each: number | null): string => element(name, each, options);
  const wrap = (name: string, inside: string): string =>
    inside === '' ? '' : `<${name}>${inside}</${name}>`;
  if (extension === 'none') {
    const bare = [value('hr', heartrate), value('cadence', cadence), value('temp', temp)];
    return wrap('extensions', [...bare, value('power', watts)].join(''));
  }
  if (extension === 'several') {
    const power = wrap('pwr:PowerExtension', value('pwr:PowerInWatts', watts));
    const beats = wrap('x:TrackPointExtension', value('x:hr', heartrate));
    const others = `${value('y:temp', temp)}${value('y:cadence', cadence)}`;
    return `${wrap('extensions', power)}${wrap('extensions', `${others}${beats}`)}`;
  }
  const named = (name: string, each: number | null): string => value(`${extension}:${name}`, each);
  const inside = [named('atemp', temp), named('hr', heartrate), named('cad', cadence)].join('');
  const point = wrap(`${extension}:TrackPointExtension`, inside);
  return wrap('extensions', `${value('power', watts)}${point}`);
}
