/**
 * Readers of the exported formats that share nothing with what writes them: Python's XML parser, and CSV
 * as RFC 4180 defines it.
 */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

export interface GpxPoint {
  readonly lat: number;
  readonly lon: number;
  readonly ele?: number;
  readonly time?: string;
  readonly power?: number;
  readonly atemp?: number;
  readonly hr?: number;
  readonly cad?: number;
}

export interface GpxTrack {
  readonly name?: string;
  readonly type?: string;
  readonly link: string;
  /** Of all segments. */
  readonly points: readonly GpxPoint[];
  readonly segments: readonly (readonly GpxPoint[])[];
}

/** Fails where an element is unknown, in another namespace, or in another order than the schemas have. */
const script = `
import json, sys
from xml.etree import ElementTree
gpx = '{http://www.topografix.com/GPX/1/1}'
tpx = '{http://www.garmin.com/xmlschemas/TrackPointExtension/v1}'
def inner(element, order):
    names = [child.tag for child in element]
    assert names == [name for name in order if name in names], names
    return {child.tag: child for child in element}
def apart(element, many):
    one = [child for child in element if child.tag != many]
    rest = list(element)[len(one):]
    assert all(child.tag == many for child in rest), 'order'
    return one, rest
def point(element):
    found = {key: float(element.attrib[key]) for key in ('lat', 'lon')}
    parts = inner(element, [gpx + 'ele', gpx + 'time', gpx + 'extensions'])
    if gpx + 'ele' in parts: found['ele'] = float(parts[gpx + 'ele'].text)
    if gpx + 'time' in parts: found['time'] = parts[gpx + 'time'].text
    more = inner(parts[gpx + 'extensions'], [gpx + 'power', tpx + 'TrackPointExtension']) if gpx + 'extensions' in parts else {}
    if gpx + 'power' in more: found['power'] = int(more[gpx + 'power'].text)
    garmin = inner(more[tpx + 'TrackPointExtension'], [tpx + 'atemp', tpx + 'hr', tpx + 'cad']) if tpx + 'TrackPointExtension' in more else {}
    for name, kind in (('atemp', float), ('hr', int), ('cad', int)):
        if tpx + name in garmin: found[name] = kind(garmin[tpx + name].text)
    return found
def track(element):
    head, segments = apart(element, gpx + 'trkseg')
    parts = inner(head, [gpx + name for name in ('name', 'link', 'type')])
    found = {name: parts[gpx + name].text or '' for name in ('name', 'type') if gpx + name in parts}
    found['link'] = parts[gpx + 'link'].attrib['href']
    found['segments'] = [[point(each) for each in inner_points(segment)] for segment in segments]
    found['points'] = [each for segment in found['segments'] for each in segment]
    return found
def inner_points(segment):
    assert all(child.tag == gpx + 'trkpt' for child in segment)
    return list(segment)
def read(document):
    root = ElementTree.fromstring(document.encode())
    assert root.tag == gpx + 'gpx' and root.attrib['version'] == '1.1' and root.attrib['creator'], root.tag
    head, tracks = apart(root, gpx + 'trk')
    inner(head, [gpx + 'metadata'])
    return [track(each) for each in tracks]
print(json.dumps([read(document) for document in json.loads(sys.stdin.buffer.read())]))
`;

/** The only track of each GPX document, read by Python. */
/** The only track of each document. */
export async function readGpx(documents: readonly string[]): Promise<readonly GpxTrack[]> {
  const read = await readGpxTracks(documents);
  return read.map(([track, ...others]) => {
    if (track === undefined || others.length > 0) throw new Error('There is not one track.');
    return track;
  });
}

/** The tracks of each document. */
export async function readGpxTracks(
  documents: readonly string[],
): Promise<readonly (readonly GpxTrack[])[]> {
  const python = spawn('python3', ['-c', script], { stdio: 'pipe' });
  python.stdin.on('error', () => undefined).end(JSON.stringify(documents));
  const [answer, complaint] = await Promise.all([text(python.stdout), text(python.stderr)]);
  if (complaint !== '') throw new Error(complaint);
  return JSON.parse(answer) as readonly (readonly GpxTrack[])[];
}

/** Rows of cells. @throws where a line does not end in CR LF. */
export function readCsv(document: string): readonly (readonly string[])[] {
  const rows: string[][] = [];
  let row: string[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
  while (cell.lastIndex < document.length) {
    const at = cell.lastIndex;
    const [, quoted, plain = '', end] = cell.exec(document) ?? [];
    if (end === undefined) throw new SyntaxError(`No CSV at ${at}.`);
    row.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}

/** The rows of a CSV document by the names of its head. */
export function csvRecords(document: string): readonly Readonly<Record<string, string>>[] {
  const [head = [], ...rows] = readCsv(document);
  return rows.map((row) => {
    if (row.length !== head.length) throw new SyntaxError(`A row of ${row.length} cells.`);
    return Object.fromEntries(head.map((name, index) => [name, row[index] ?? '']));
  });
}
