/**
 * Laps, zones and best times of an activity, and the tables that they are.
 *
 * @import { ActivityDetail, Lap, Zone } from '../../features/page/api/types/activity.ts'
 * @import { Format } from '../lib/format.js'
 * @import { Child, TreeElement } from '../lib/tree.js'
 */
import { h } from '../lib/tree.js';
import { rateLabel } from './measures.js';

/**
 * @typedef {object} Column
 * @property {string} heading
 * @property {boolean} [isNumber]
 * @property {boolean} [isName] Whether its texts can be long.
 */

/**
 * @typedef {object} TableContent
 * @property {string} title
 * @property {readonly Column[]} columns
 * @property {readonly (readonly Child[])[]} rows
 * @property {boolean} [isWide] Whether nothing stands beside it.
 * @property {Child} [figure] Above the table.
 */

/**
 * A section with a table that scrolls inside its box; nothing without rows. A column without any content
 * is left out.
 * @param {TableContent} content
 * @returns {TreeElement | null}
 */
export function tableSection({ title, columns, rows, isWide = false, figure }) {
  if (rows.length === 0) return null;
  const isShown = columns.map((_, at) => rows.some((cells) => !isEmpty(cells[at])));
  const kind = (/** @type {number} */ at) => {
    if (columns[at]?.isName === true) return 'activity-name';
    return columns[at]?.isNumber === true ? 'number' : null;
  };
  const headings = columns.map(({ heading }, at) =>
    isShown[at] ? h('th', { scope: 'col', class: kind(at) }, heading) : null,
  );
  const cellsOf = (/** @type {readonly Child[]} */ cells) =>
    cells.map((cell, at) => (isShown[at] ? h('td', { class: kind(at) }, cell) : null));
  return h(
    'section',
    { class: `card activity-section${isWide ? ' is-wide' : ''}` },
    h('h2', {}, title),
    figure,
    h(
      'div',
      { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': title },
      h(
        'table',
        {},
        h('thead', {}, h('tr', {}, headings)),
        h(
          'tbody',
          {},
          rows.map((cells) => h('tr', {}, cellsOf(cells))),
        ),
      ),
    ),
  );
}

/**
 * Sections one below the other, beside other ones; nothing without any.
 * @param {readonly (TreeElement | null)[]} sections
 */
export function tableColumn(sections) {
  const shown = sections.filter((section) => section !== null);
  return shown.length === 0 ? null : h('div', { class: 'activity-column' }, shown);
}

/** @param {Child} cell */
function isEmpty(cell) {
  return cell === undefined || cell === null || cell === false || cell === '';
}

/**
 * A bar beside a number that says the same.
 * @param {number} share 0 to 1.
 * @returns {TreeElement}
 */
export function bar(share) {
  const width = `${(100 * Math.min(1, Math.max(0, share))).toFixed(1)}%`;
  return h(
    'svg',
    { class: 'bar', 'aria-hidden': 'true' },
    h('rect', { class: 'bar-track', width: '100%', height: '100%' }),
    h('rect', { class: 'bar-value', width, height: '100%' }),
  );
}

/**
 * Nothing for a single lap, which is the whole activity.
 * @param {ActivityDetail} activity
 * @param {Format} format
 */
export function lapsSection({ laps, sport }, format) {
  const speeds = laps.map(speedOf);
  const fastest = Math.max(...speeds.map((speed) => speed ?? 0));
  const whole = (/** @type {number | null} */ value, /** @type {string} */ unit) =>
    value === null ? '' : `${format.count(Math.round(value))} ${unit}`;
  const number = { isNumber: true };
  return tableSection({
    title: 'Laps',
    isWide: true,
    columns: [
      { heading: 'Lap', isName: true },
      { heading: 'Distance', ...number },
      { heading: 'Time', ...number },
      { heading: rateLabel(sport), ...number },
      { heading: 'Compared' },
      { heading: 'Climbing', ...number },
      { heading: 'Heart rate', ...number },
      { heading: 'Power', ...number },
    ],
    rows: (laps.length < 2 ? [] : laps).map((lap, at) => [
      h('bdi', {}, lap.name === '' ? `Lap ${at + 1}` : lap.name),
      lap.distance === 0 ? '' : format.distance(lap.distance),
      format.clock(lap.movingTime),
      format.rate(speeds[at] ?? null, sport),
      fastest > 0 && bar((speeds[at] ?? 0) / fastest),
      format.height(lap.climbing),
      whole(lap.heartrate, 'bpm'),
      whole(lap.watts, 'W'),
    ]),
  });
}

/** @param {Lap} lap */
function speedOf({ distance, movingTime }) {
  return distance !== null && movingTime !== null && movingTime > 0 ? distance / movingTime : null;
}

/**
 * @param {string} title
 * @param {readonly Zone[]} zones
 * @param {string} unit
 * @param {Format} format
 */
export function zonesSection(title, zones, unit, format) {
  const total = zones.reduce((sum, { seconds }) => sum + seconds, 0);
  const longest = Math.max(...zones.map(({ seconds }) => seconds));
  return tableSection({
    title,
    columns: [
      { heading: 'Zone' },
      { heading: 'Time', isNumber: true },
      { heading: 'Share', isNumber: true },
      { heading: 'Compared' },
    ],
    rows: (total > 0 ? zones : []).map((zone) => [
      zoneText(zone, unit, format),
      format.clock(zone.seconds),
      `${format.count(Math.round((100 * zone.seconds) / total))} %`,
      bar(zone.seconds / longest),
    ]),
  });
}

/**
 * @param {Zone} zone
 * @param {string} unit
 * @param {Format} format
 */
function zoneText({ min, max }, unit, format) {
  if (max === null) return `${format.count(min)} ${unit} and more`;
  if (min <= 0) return `below ${format.count(max)} ${unit}`;
  return `${format.count(min)} – ${format.count(max)} ${unit}`;
}

/**
 * @param {ActivityDetail} activity
 * @param {Format} format
 */
export function bestDistancesSection({ bestDistances, sport }, format) {
  return tableSection({
    title: 'Best over a distance',
    columns: [
      { heading: 'Distance' },
      { heading: 'Time', isNumber: true },
      { heading: rateLabel(sport), isNumber: true },
    ],
    rows: bestDistances.map(({ meters, seconds }) => [
      meters < 1_000 ? format.height(meters) : format.distance(meters),
      format.clock(seconds),
      format.rate(meters / seconds, sport),
    ]),
  });
}
