/** The activities of the map as text: those in its window, and those under the pointer. */
import { dayText } from '../lib/activities.js';
import { activityPath } from '../lib/paths.js';
import { h } from '../lib/tree.js';

/**
 * @import { Row } from '../lib/activities.js'
 * @import { Format } from '../lib/format.js'
 * @import { Tree } from '../lib/tree.js'
 * @import { ActivityTrack } from './track-store.js'
 */

/**
 * Whom the texts are for, and the id of the chosen athlete; empty for all.
 * @typedef {{ readonly format: Format, readonly athlete: string }} Reader
 */

/** Nobody reads more. */
const tableRows = 50;
const pointerRows = 8;

/**
 * @param {number} visible
 * @param {number} all
 * @param {Format} format
 */
export function statusText(visible, all, format) {
  if (all === 0) return 'No activity with a track is left by this choice.';
  const texts = [format.count(visible), format.count(all)];
  return `${texts[0] ?? ''} of ${texts[1] ?? ''} tracks pass here.`;
}

/**
 * @param {readonly ActivityTrack[]} tracks Those in the map's window, newest first.
 * @param {Reader} reader
 * @returns {Tree[]}
 */
export function trackTable(tracks, reader) {
  if (tracks.length === 0) return [h('p', { class: 'muted' }, 'No track in this part of the map.')];
  const rest = tracks.length - tableRows;
  return [
    h(
      'table',
      {},
      h('caption', { class: 'visually-hidden' }, 'Activities in this part of the map'),
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          h('th', { scope: 'col' }, 'Activity'),
          h('th', { scope: 'col' }, 'Date'),
          h('th', { scope: 'col', class: 'number' }, 'Distance'),
        ),
      ),
      h('tbody', {}, ...tracks.slice(0, tableRows).map((track) => trackRow(track, reader))),
    ),
    rest > 0 &&
      h('p', { class: 'muted' }, `… and ${reader.format.count(rest)} more. Zoom in to see them.`),
  ].filter((tree) => tree !== false);
}

/**
 * @param {ActivityTrack} track
 * @param {Reader} reader
 */
function trackRow({ id, row }, { format, athlete }) {
  return h(
    'tr',
    { 'data-id': id },
    h('td', {}, activityLink(row, athlete)),
    h('td', {}, dayText(row, format)),
    h('td', { class: 'number' }, format.distance(row.distance)),
  );
}

/**
 * @param {Row} row
 * @param {string} athlete
 */
function activityLink({ id, name }, athlete) {
  const text = name === '' ? 'Activity without a name' : name;
  return h('a', { href: activityPath(id, athlete) }, text);
}

/**
 * What is under the pointer.
 * @param {readonly ActivityTrack[]} tracks
 * @param {Reader} reader
 * @returns {Tree[]}
 */
export function pointerList(tracks, { format, athlete }) {
  const rest = tracks.length - pointerRows;
  return [
    h(
      'ul',
      {},
      ...tracks
        .slice(0, pointerRows)
        .map(({ row }) =>
          h(
            'li',
            {},
            activityLink(row, athlete),
            h(
              'span',
              { class: 'muted' },
              ` ${dayText(row, format)} · ${format.distance(row.distance)}`,
            ),
          ),
        ),
    ),
    rest > 0 && h('p', { class: 'muted' }, `… and ${format.count(rest)} more`),
  ].filter((tree) => tree !== false);
}
