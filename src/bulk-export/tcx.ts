/**
 * Reads TCX: track points of activities, whatever laps, tracks and prefixes they stand in. The format:
 * Garmin's TrainingCenterDatabase v2 and ActivityExtension v2.
 */
import type { RecordingResult } from '../domain/bulk-export/recorded-file.ts';
import { columnIndex, RecordTable } from './record-table.ts';
import { parseNumber, parseTime } from './xml-values.ts';
import { readXml } from './xml.ts';

const columnOf: Readonly<Record<string, number>> = {
  LatitudeDegrees: columnIndex.lat,
  LongitudeDegrees: columnIndex.lng,
  AltitudeMeters: columnIndex.altitude,
  DistanceMeters: columnIndex.distance,
  /** Of HeartRateBpm; nothing else in a point has one. */
  Value: columnIndex.heartrate,
  Cadence: columnIndex.cadence,
  RunCadence: columnIndex.cadence,
  Watts: columnIndex.watts,
};

/** The points of a TCX file's activities. It never throws. */
export function decodeTcx(bytes: Uint8Array): RecordingResult {
  const table = new RecordTable();
  const { row } = table;
  let [isInPoint, isInCourse, hasCourse] = [false, false, false];
  const take = (column: number, value: number): void => {
    if (Number.isNaN(row[column])) row[column] = value;
  };
  const problems = readXml(bytes, {
    open(name) {
      if (name === 'Course') isInCourse = hasCourse = true;
      if (name === 'Trackpoint' && !isInCourse) {
        isInPoint = true;
        row.fill(NaN);
      }
    },
    close(name, text) {
      if (name === 'Course') isInCourse = false;
      if (!isInPoint) return;
      const column = columnOf[name];
      if (column !== undefined) take(column, parseNumber(text));
      if (name === 'Time') take(columnIndex.timeS, parseTime(text));
      if (name === 'Trackpoint') {
        isInPoint = false;
        table.add();
      }
    },
  });
  return table.finish(problems, hasCourse ? 'it has a course, no activity' : 'it has no points');
}
