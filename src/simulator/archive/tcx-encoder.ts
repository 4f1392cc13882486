/**
 * Writes recordings as TCX, as well-behaved devices do and as the others do.
 */
import { samplesOf, type Sample, type Samples } from './samples.ts';
import { element, inParts, titleOf, xmlFile, xmlTime, type XmlOptions } from './xml-text.ts';

/** What is odd about a TCX file; each of it was seen in real ones. */
export interface TcxOptions extends XmlOptions {
  /** The records are spread over so many activities, laps and tracks. */
  readonly activities?: number;
  readonly laps?: number;
  readonly tracks?: number;
  /** It is a course to follow, and no activity. */
  readonly isCourse?: boolean;
  /** How the extension of a point is named: `default` is a namespace of its own without a prefix. */
  readonly extension?: 'ns3' | 'ns2' | 'default' | 'undeclared';
  /** The cadence is a runner's, which stands in the extension. */
  readonly isRun?: boolean;
}

const namespace = 'http://www.garmin.com/xmlschemas';

/** The bytes of a TCX file with these records. */
export function encodeTcx(samples: Samples, options: TcxOptions = {}): Uint8Array {
  const { activities = 1, extension = 'ns3', isCourse = false } = options;
  const records = samplesOf(samples);
  const declared = extension.startsWith('ns')
    ? ` xmlns:${extension}="${namespace}/ActivityExtension/v2"`
    : '';
  const parts = inParts(records, activities).map((part) =>
    isCourse ? course(part, options) : activity(part, options),
  );
  const list = isCourse ? 'Courses' : 'Activities';
  const root = [
    `<TrainingCenterDatabase xmlns="${namespace}/TrainingCenterDatabase/v2"${declared}>`,
    `<${list}>${parts.join('\n')}</${list}>`,
    '</TrainingCenterDatabase>',
  ];
  return xmlFile(root.join('\n'), options);
}

function activity(records: readonly Sample[], options: TcxOptions): string {
  const { laps = 1 } = options;
  const id = xmlTime(records[0]?.timeS ?? 0, options);
  const parts = inParts(records, laps).map((part) => lap(part, options));
  const notes = `<Notes>${titleOf(options)}</Notes>`;
  return `<Activity Sport="Biking"><Id>${id}</Id>${notes}${parts.join('\n')}</Activity>`;
}

function course(records: readonly Sample[], options: TcxOptions): string {
  return `<Course><Name>${titleOf(options)}</Name>${tracks(records, options)}</Course>`;
}

/** A lap has values of its own under the names that its points use. */
function lap(records: readonly Sample[], options: TcxOptions): string {
  const start = xmlTime(records[0]?.timeS ?? 0, options);
  return [
    `<Lap StartTime="${start}"><DistanceMeters>99999</DistanceMeters>`,
    '<AverageHeartRateBpm><Value>11</Value></AverageHeartRateBpm><Cadence>12</Cadence>',
    `${tracks(records, options)}</Lap>`,
  ].join('');
}

function tracks(records: readonly Sample[], options: TcxOptions): string {
  const parts = inParts(records, options.tracks ?? 1).map((part) =>
    part.map((record) => point(record, options)).join('\n'),
  );
  return parts.map((part) => `<Track>\n${part}\n</Track>`).join('');
}

function point(record: Sample, options: TcxOptions): string {
  const { lat, lng, heartrate, cadence } = record;
  const value = (name: string, each: number | null): string => element(name, each, options);
  const position = `${value('LatitudeDegrees', lat)}${value('LongitudeDegrees', lng)}`;
  const beats = value('Value', heartrate);
  return [
    `<Trackpoint><Time>${xmlTime(record.timeS, options)}</Time>`,
    position === '' ? '' : `<Position>${position}</Position>`,
    value('AltitudeMeters', record.altitude),
    value('DistanceMeters', record.distance),
    beats === '' ? '' : `<HeartRateBpm>${beats}</HeartRateBpm>`,
    options.isRun === true ? '' : value('Cadence', cadence),
    extensionOf(record, options),
    '</Trackpoint>',
  ].join('');
}

function extensionOf({ watts, cadence }: Sample, options: TcxOptions): string {
  const { extension = 'ns3', isRun = false } = options;
  const prefix = extension === 'default' ? '' : `${extension}:`;
  const values = [
    element(`${prefix}Watts`, watts, options),
    isRun ? element(`${prefix}RunCadence`, cadence, options) : '',
  ].join('');
  if (values === '') return '';
  const own = extension === 'default' ? ` xmlns="${namespace}/ActivityExtension/v2"` : '';
  const speed = `<${prefix}Speed>3.5</${prefix}Speed>`;
  return `<Extensions><${prefix}TPX${own}>${speed}${values}</${prefix}TPX></Extensions>`;
}
