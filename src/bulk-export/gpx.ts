/**
 * Reads GPX: the points of all tracks and segments, in order, are one recording. The formats: GPX 1.0
 * and 1.1, and the extensions that devices put into a point.
 */
import type { RecordingResult } from '../domain/bulk-export/recorded-file.ts';
import { columnIndex, RecordTable } from './record-table.ts';
import { parseNumber, parseTime } from './xml-values.ts';
import { readXml } from './xml.ts';

const columnOf: Readonly<Record<string, number>> = {
  ele: columnIndex.altitude,
  hr: columnIndex.heartrate,
  cad: columnIndex.cadence,
  cadence: columnIndex.cadence,
  atemp: columnIndex.temp,
  temp: columnIndex.temp,
  power: columnIndex.watts,
  PowerInWatts: columnIndex.watts,
};

/** The track points of a GPX file. Routes and waypoints are no recording. It never throws. */
export function decodeGpx(bytes: Uint8Array): RecordingResult {
  const table = new RecordTable();
  const { row } = table;
  const take = (column: number, value: number): void => {
    if (Number.isNaN(row[column])) row[column] = value;
  };
  const problems = readXml(bytes, {
    open(name, attributes) {
      if (name !== 'trkpt') return;
      row.fill(NaN);
      row[columnIndex.lat] = parseNumber(attributes['lat']);
      row[columnIndex.lng] = parseNumber(attributes['lon']);
    },
    close(name, text) {
      const column = columnOf[name];
      if (column !== undefined) take(column, parseNumber(text));
      if (name === 'time') take(columnIndex.timeS, parseTime(text));
      if (name === 'trkpt') table.add();
    },
  });
  return table.finish(problems, 'it has no track points');
}
