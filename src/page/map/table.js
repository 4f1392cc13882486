/** The activities of the map as text: those in its window, and those under the pointer. */
import { h } from '../lib/tree.js';

/**
 * @import { Format } from '../lib/format.js'
 * @import { Tree } from '../lib/tree.js'
 * @import { ActivityTrack } from './track-store.js'
 */

/** More rows than these are nothing to read. */
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
 * @param {Format} format
 * @returns {Tree[]}
 */
export function trackTable(tracks, format) {
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
      h('tbody', {}, ...tracks.slice(0, tableRows).map((track) => trackRow(track, format))),
    ),
    rest > 0 &&
      h('p', { class: 'muted' }, `… and ${format.count(rest)} more. Zoom in to see them.`),
  ].filter((tree) => tree !== false);
}

/**
 * @param {ActivityTrack} track
 * @param {Format} format
 */
function trackRow({ id, row }, format) {
  return h(
    'tr',
    { 'data-id': id },
    h('td', {}, activityLink(id, row.name)),
    h('td', {}, format.localDate(row.local)),
    h('td', { class: 'number' }, format.distance(row.distance)),
  );
}

/**
 * @param {string} id
 * @param {string} name
 */
function activityLink(id, name) {
  return h('a', { href: `/activities/${id}` }, name === '' ? 'Activity without a name' : name);
}

/**
 * What is under the pointer.
 * @param {readonly ActivityTrack[]} tracks
 * @param {Format} format
 * @returns {Tree[]}
 */
export function pointerList(tracks, format) {
  const rest = tracks.length - pointerRows;
  return [
    h(
      'ul',
      {},
      ...tracks
        .slice(0, pointerRows)
        .map(({ id, row }) =>
          h(
            'li',
            {},
            activityLink(id, row.name),
            h(
              'span',
              { class: 'muted' },
              ` ${format.localDate(row.local)} · ${format.distance(row.distance)}`,
            ),
          ),
        ),
    ),
    rest > 0 && h('p', { class: 'muted' }, `… and ${format.count(rest)} more`),
  ].filter((tree) => tree !== false);
}
