/** What stands on the view Map around the map: choices, places, and the table of what the map shows. */
import { h } from '../lib/tree.js';
import { directionOf, kmBetween } from './places.js';

/**
 * @import { Format } from '../lib/format.js'
 * @import { Tree } from '../lib/tree.js'
 * @import { Place } from './places.js'
 */

/**
 * @typedef {object} Choices
 * @property {readonly string[]} sports
 * @property {readonly string[]} years
 * @property {readonly (readonly [id: string, name: string])[]} gear
 */

/**
 * @typedef {object} Chosen Empty for all.
 * @property {string} sport
 * @property {string} year
 * @property {string} gear
 */

/**
 * @param {string} name
 * @returns {name is keyof Chosen}
 */
export function isFilter(name) {
  return name === 'sport' || name === 'year' || name === 'gear';
}

/**
 * What is chosen and still there; an old address can name more.
 * @param {Choices} choices
 * @param {Chosen} chosen
 * @returns {Chosen}
 */
export function knownFilters({ sports, years, gear }, chosen) {
  return {
    sport: sports.includes(chosen.sport) ? chosen.sport : '',
    year: years.includes(chosen.year) ? chosen.year : '',
    gear: gear.some(([id]) => id === chosen.gear) ? chosen.gear : '',
  };
}

/**
 * @param {Choices} choices
 * @param {Chosen} chosen
 * @param {Format} format
 * @returns {Tree[]}
 */
export function filterFields({ sports, years, gear }, chosen, format) {
  const named = sports.map((sport) => /** @type {const} */ ([sport, format.sport(sport)]));
  return [
    select('Sport', 'sport', 'All sports', named, chosen.sport),
    select(
      'Year',
      'year',
      'All years',
      years.map((year) => [year, year]),
      chosen.year,
    ),
    gear.length > 0 && select('Gear', 'gear', 'All gear', gear, chosen.gear),
  ].filter((field) => field !== false);
}

/**
 * @param {string} label
 * @param {string} name
 * @param {string} all
 * @param {readonly (readonly [value: string, text: string])[]} options
 * @param {string} chosen
 */
function select(label, name, all, options, chosen) {
  return h(
    'label',
    {},
    `${label} `,
    h(
      'select',
      { name },
      h('option', { value: '', selected: chosen === '' }, all),
      ...options.map(([value, text]) => h('option', { value, selected: value === chosen }, text)),
    ),
  );
}

/**
 * A button for each place, with the city of most starts there. Where no start has one, the first is the
 * reader's own, and the others are as far from it as they say.
 * @param {readonly Place[]} places
 * @param {Format} format
 * @param {(place: Place) => void} onChoose
 * @returns {Tree[]}
 */
export function placeButtons(places, format, onChoose) {
  const [first] = places;
  return places.map((place) =>
    h(
      'button',
      {
        type: 'button',
        class: 'place',
        title: `${place.lat.toFixed(2)}, ${place.lng.toFixed(2)}`,
        onclick: () => {
          onChoose(place);
        },
      },
      placeText(place, first ?? place, format),
      h('span', { class: 'muted' }, ` ${format.count(place.starts)}`),
    ),
  );
}

/**
 * "Innere Stadt", or "310 km south-west".
 * @param {Place} to
 * @param {Place} from The first one.
 * @param {Format} format
 * @returns {Tree}
 */
function placeText(to, from, format) {
  if (to.city !== '') return h('bdi', {}, to.city);
  if (to === from) return 'Most starts';
  return `${format.longDistance(kmBetween(from, to) * 1_000)} ${directionOf(from, to)}`;
}

/**
 * @param {'tracks' | 'heat'} layer
 * @param {string} attribution Of the tiles; empty without.
 * @returns {Tree[]}
 */
export function mapFrame(layer, attribution) {
  return [
    h('h1', { class: 'visually-hidden' }, 'Map'),
    h(
      'form',
      { class: 'filters', id: 'map-choices' },
      h(
        'fieldset',
        { class: 'segments' },
        h('legend', { class: 'visually-hidden' }, 'Show'),
        layerRadio('tracks', 'Tracks', layer),
        layerRadio('heat', 'Heat', layer),
      ),
      h('div', { class: 'filters', id: 'map-filters' }),
      h(
        'p',
        { class: 'muted', id: 'heat-note', hidden: true },
        'Where most recordings went, over all activities.',
      ),
    ),
    h('div', {
      class: 'places',
      id: 'places',
      role: 'group',
      'aria-label': 'Places with most starts',
    }),
    h(
      'div',
      { class: 'map-columns' },
      h(
        'div',
        { class: 'map-box', id: 'map-box' },
        h('div', { class: 'map', id: 'map', role: 'region', 'aria-label': 'Map of the tracks' }),
        h('button', { type: 'button', id: 'full-screen', hidden: true }, 'Full screen'),
        h('div', { class: 'pointer-list', id: 'pointer', hidden: true }),
        attribution !== '' && h('p', { class: 'attribution' }, attribution),
      ),
      h(
        'section',
        { class: 'map-side', 'aria-labelledby': 'map-table-title' },
        h('h2', { id: 'map-table-title' }, 'In this part of the map'),
        h(
          'p',
          { class: 'muted', id: 'map-status', role: 'status' },
          'The tracks are on their way …',
        ),
        h('div', { id: 'track-table', class: 'table-box' }),
      ),
    ),
  ];
}

/**
 * @param {string} value
 * @param {string} text
 * @param {string} chosen
 */
function layerRadio(value, text, chosen) {
  const field = h('input', { type: 'radio', name: 'layer', value, checked: value === chosen });
  return h('label', {}, field, h('span', {}, text));
}

/** @returns {Tree} */
export function emptyMap() {
  return h(
    'p',
    { class: 'empty' },
    'No activity with a GPS track is stored yet. ',
    h('a', { href: '/' }, 'Now'),
    ' shows how far the history is, and what there is to do.',
  );
}
