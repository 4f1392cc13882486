/**
 * The same segment and the same way on other days.
 *
 * @import { ActivitySummary } from '../../features/page/api/types/common.ts'
 * @import { ActivityDetail, SegmentEffort } from '../../features/page/api/types/activity.ts'
 * @import { Format } from '../lib/format.js'
 * @import { TreeElement } from '../lib/tree.js'
 */
import { activityPath } from '../lib/paths.js';
import { h } from '../lib/tree.js';
import { rateLabel } from './measures.js';
import { titleOf } from './summary.js';
import { tableSection } from './tables.js';

/** @typedef {{ readonly format: Format, readonly athlete: string }} Reader `athlete` is the chosen one. */

/**
 * @param {ActivityDetail} activity
 * @param {Reader} reader
 */
export function segmentsSection({ id, sport, segmentEfforts }, { format, athlete }) {
  return tableSection({
    title: 'Segments',
    isWide: true,
    columns: [
      { heading: 'Segment', isName: true },
      { heading: 'Distance', isNumber: true },
      { heading: 'Time', isNumber: true },
      { heading: rateLabel(sport), isNumber: true },
      { heading: 'Rank', isNumber: true },
      { heading: 'Over the years' },
      { heading: 'All efforts' },
    ],
    rows: segmentEfforts.map((effort) => [
      h('bdi', {}, effort.name === '' ? `Segment ${effort.segmentId}` : effort.name),
      format.distance(effort.distance),
      format.clock(effort.elapsedTime),
      format.rate(speedOf(effort), sport),
      rankText(effort, format),
      effort.history.length > 1 && historyLine(effort, id),
      effort.history.length > 1 && historyList(effort, id, { format, athlete }),
    ]),
  });
}

/** @param {{ readonly distance: number | null, readonly elapsedTime: number | null }} effort */
function speedOf({ distance, elapsedTime }) {
  return distance !== null && elapsedTime !== null && elapsedTime > 0
    ? distance / elapsedTime
    : null;
}

/**
 * "2 of 14": as many efforts as one were faster.
 * @param {SegmentEffort} effort
 * @param {Format} format
 */
function rankText({ elapsedTime, history }, format) {
  if (elapsedTime === null || history.length < 2) return '';
  const faster = history.filter((other) => other.elapsedTime < elapsedTime).length;
  return `${format.count(faster + 1)} of ${format.count(history.length)}`;
}

const [lineWidth, lineHeight, edge] = [120, 28, 4];

/**
 * The times from left to right, the faster the higher; a dot is that of this activity.
 * @param {SegmentEffort} effort
 * @param {string} activityId
 * @returns {TreeElement}
 */
function historyLine({ history }, activityId) {
  const times = history.map(({ elapsedTime }) => elapsedTime);
  const [low, high] = [Math.min(...times), Math.max(...times)];
  const at = (/** @type {number} */ index) => {
    const share = high > low ? ((times[index] ?? 0) - low) / (high - low) : 0.5;
    return {
      x: (edge + (index * (lineWidth - 2 * edge)) / (times.length - 1)).toFixed(1),
      y: (edge + share * (lineHeight - 2 * edge)).toFixed(1),
    };
  };
  const points = times.map((_, index) => `${at(index).x},${at(index).y}`).join(' ');
  return h(
    'svg',
    { class: 'history-line', viewBox: `0 0 ${lineWidth} ${lineHeight}`, 'aria-hidden': 'true' },
    h('polyline', { points }),
    history.map((effort, index) =>
      effort.activityId === activityId
        ? h('circle', { cx: at(index).x, cy: at(index).y, r: 3.5 })
        : null,
    ),
  );
}

/**
 * @param {SegmentEffort} effort
 * @param {string} activityId
 * @param {Reader} reader
 * @returns {TreeElement}
 */
function historyList({ history, elapsedTime }, activityId, { format, athlete }) {
  const best = Math.min(...history.map((effort) => effort.elapsedTime));
  const summary = best === elapsedTime ? 'the best' : `best ${format.clock(best)}`;
  return h(
    'details',
    {},
    h('summary', {}, summary),
    h(
      'ol',
      { class: 'history-list', reversed: true },
      history.toReversed().map((effort) => {
        const text = `${format.localDate(effort.local)}, ${format.clock(effort.elapsedTime)}`;
        return h(
          'li',
          {},
          effort.activityId === activityId
            ? h('strong', {}, text)
            : h('a', { href: activityPath(effort.activityId, athlete) }, text),
        );
      }),
    ),
  );
}

/**
 * @param {ActivityDetail} activity
 * @param {Reader} reader
 */
export function sameRouteSection(activity, { format, athlete }) {
  const { movingTime, sameRoute } = activity;
  return tableSection({
    title: 'The same route',
    isWide: true,
    columns: [
      { heading: 'Day' },
      { heading: 'Activity', isName: true },
      { heading: 'Distance', isNumber: true },
      { heading: 'Moving time', isNumber: true },
      { heading: rateLabel(activity.sport), isNumber: true },
      { heading: 'Than this one', isNumber: true },
    ],
    rows: sameRoute.map((other) => [
      other.local === '' ? format.date(other.start) : format.localDate(other.local),
      h('a', { href: activityPath(other.id, athlete), dir: 'auto' }, titleOf(other)),
      format.distance(other.distance),
      format.clock(other.movingTime),
      format.rate(
        speedOf({ distance: other.distance, elapsedTime: other.movingTime }),
        other.sport,
      ),
      differenceText(other, movingTime, format),
    ]),
  });
}

/**
 * "1:05 faster", "0:12 slower", "as fast".
 * @param {ActivitySummary} other
 * @param {number | null} movingTime
 * @param {Format} format
 */
function differenceText(other, movingTime, format) {
  if (other.movingTime === null || movingTime === null) return '';
  const seconds = Math.round(other.movingTime - movingTime);
  if (seconds === 0) return 'as fast';
  return `${format.clock(Math.abs(seconds))} ${seconds < 0 ? 'faster' : 'slower'}`;
}
