/**
 * All activities: the columns of the API as rows, and filters over them.
 */

/** @import { StreamsState } from '../../features/page/api/types/common.ts' */
/** @import { ActivityColumns } from '../../features/page/api/types/lists.ts' */
/** @import { Format } from './format.js' */

/**
 * @typedef {object} Row
 * @property {string} id
 * @property {string} athleteId
 * @property {string} athlete The name; empty where it is unknown.
 * @property {string} name
 * @property {string} sport
 * @property {string} place Of the start: the city, its region and its country; empty where it is unknown.
 * @property {string} city
 * @property {number} start Unix seconds.
 * @property {string} local
 * @property {number | null} distance
 * @property {number | null} movingTime
 * @property {number | null} elapsedTime
 * @property {number | null} climbing
 * @property {number | null} heartrate
 * @property {number | null} watts
 * @property {string} gearId Empty without gear.
 * @property {string} gear
 * @property {StreamsState} streams
 * @property {boolean} hasTrack
 * @property {boolean} isManual
 * @property {boolean} isOfExport
 */

/**
 * @typedef {object} Filter Each empty text filters nothing.
 * @property {string} [athlete] An id.
 * @property {string} [sport]
 * @property {string} [year] Of the wall clock at the place.
 * @property {string} [gear] An id.
 * @property {string} [text] Words that all have to occur in the name, the sport, the gear or the place.
 */

/**
 * The rows of an athlete; of all where the id is empty.
 * @param {ActivityColumns} answer
 * @param {string} athlete
 * @returns {readonly Row[]}
 */
export function rowsOfAthlete(answer, athlete) {
  return filtered(rowsOf(answer), { athlete });
}

/**
 * @param {ActivityColumns} answer
 * @returns {Row[]}
 */
export function rowsOf({ count, columns, athletes, sports, places, gear }) {
  return Array.from({ length: count }, (_, index) => {
    const athlete = athletes[columns.athlete[index] ?? -1];
    const place = places[columns.place[index] ?? -1];
    const ownGear = gear[columns.gear[index] ?? -1];
    return {
      id: columns.id[index] ?? '',
      athleteId: athlete?.id ?? '',
      athlete: athlete?.name ?? '',
      name: columns.name[index] ?? '',
      sport: sports[columns.sport[index] ?? -1] ?? '',
      place: place?.text ?? '',
      city: place?.city ?? '',
      start: columns.start[index] ?? 0,
      local: columns.local[index] ?? '',
      distance: columns.distance[index] ?? null,
      movingTime: columns.movingTime[index] ?? null,
      elapsedTime: columns.elapsedTime[index] ?? null,
      climbing: columns.climbing[index] ?? null,
      heartrate: columns.heartrate[index] ?? null,
      watts: columns.watts[index] ?? null,
      gearId: ownGear?.id ?? '',
      gear: ownGear?.name ?? '',
      streams: columns.streams[index] ?? 'pending',
      hasTrack: columns.hasTrack[index] ?? false,
      isManual: columns.isManual[index] ?? false,
      isOfExport: columns.isOfExport[index] ?? false,
    };
  });
}

/**
 * The year of the wall clock at the place; of UTC where that is unknown.
 * @param {Row} row
 */
export function yearOf({ local, start }) {
  return local === '' ? String(new Date(start * 1_000).getUTCFullYear()) : local.slice(0, 4);
}

/**
 * The day of the start by the wall clock at the place; by the reader's where that is unknown.
 * @param {Row} row
 * @param {Pick<Format, 'date' | 'localDate'>} format
 */
export function dayText({ local, start }, format) {
  return local === ''
    ? format.date(new Date(start * 1_000).toISOString())
    : format.localDate(local);
}

/**
 * @param {readonly Row[]} rows
 * @param {Filter} filter
 * @returns {readonly Row[]}
 */
export function filtered(rows, { athlete = '', sport = '', year = '', gear = '', text = '' }) {
  const words = folded(text)
    .split(/\s+/)
    .filter((word) => word !== '');
  return rows.filter(
    (row) =>
      (athlete === '' || row.athleteId === athlete) &&
      (sport === '' || row.sport === sport) &&
      (year === '' || yearOf(row) === year) &&
      (gear === '' || row.gearId === gear) &&
      (words.length === 0 || hasWords(row, words)),
  );
}

/** @type {WeakMap<Row, string>} */
const searchTexts = new WeakMap();

/**
 * @param {Row} row
 * @param {readonly string[]} words
 */
function hasWords(row, words) {
  let searched = searchTexts.get(row);
  if (searched === undefined) {
    searched = folded(`${row.name} ${row.sport} ${row.gear} ${row.place}`);
    searchTexts.set(row, searched);
  }
  const text = searched;
  return words.every((word) => text.includes(word));
}

/**
 * Without case and accents.
 * @param {string} text
 */
function folded(text) {
  return text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
}

/**
 * The choices of each filter, by the rows that there are.
 * @param {readonly Row[]} rows
 */
export function choicesOf(rows) {
  const gear = new Map(rows.map(({ gearId, gear: name }) => [gearId, name]));
  gear.delete('');
  return {
    sports: [...new Set(rows.map(({ sport }) => sport))].filter((sport) => sport !== '').sort(),
    years: [...new Set(rows.map(yearOf))].sort().reverse(),
    gear: [...gear].sort(([, one], [, other]) => one.localeCompare(other)),
  };
}
