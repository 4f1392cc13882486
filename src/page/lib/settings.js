/**
 * Who looks at the page: units, language, time zone, and the athlete chosen. The server writes the defaults
 * into the document; a choice of units stays in this browser, and the athlete is in the address.
 */
import { byId, on, replace } from './dom.js';
import { createFormat } from './format.js';
import { athleteOf, withQuery } from './paths.js';
import { h } from './tree.js';

/** @import { Format, Units } from './format.js' */

const unitsKey = 'domestique.units';

/** @returns {Units} */
export function readUnits() {
  const chosen = storedUnits() ?? document.documentElement.dataset['units'];
  return chosen === 'imperial' ? 'imperial' : 'metric';
}

function storedUnits() {
  try {
    return localStorage.getItem(unitsKey);
  } catch {
    // A browser that keeps nothing: the default of the server.
    return null;
  }
}

/**
 * The formats of this reader.
 * @returns {Format}
 */
export function readerFormat() {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  return createFormat({ units: readUnits(), locale: navigator.language, timeZone });
}

/**
 * The id of the chosen athlete; empty for all.
 * @returns {string}
 */
export function chosenAthlete() {
  return athleteOf(new URLSearchParams(location.search).get('athlete'));
}

/**
 * The path of the API or of a view, with the parameters that are not empty; the chosen athlete is among them.
 * @param {string} path
 * @param {Readonly<Record<string, string>>} [parameters]
 */
export function pathFor(path, parameters = {}) {
  return withQuery(path, { athlete: chosenAthlete(), ...parameters });
}

/**
 * Shows the choice of units, and calls back after each change.
 * @param {(format: Format) => void} onChange
 */
export function offerUnits(onChange) {
  const select = /** @type {HTMLSelectElement} */ (byId('units'));
  select.value = readUnits();
  byId('settings').hidden = false;
  on(select, 'change', () => {
    try {
      localStorage.setItem(unitsKey, select.value);
    } catch {
      document.documentElement.dataset['units'] = select.value;
    }
    onChange(readerFormat());
  });
}

/**
 * Shows the choice of the athlete, where there are several.
 * @param {readonly { readonly id: string, readonly name: string }[]} athletes
 */
export function offerAthletes(athletes) {
  const select = byId('athlete');
  const picker = /** @type {HTMLElement} */ (select.parentElement);
  picker.hidden = athletes.length < 2;
  const chosen = chosenAthlete();
  replace(
    select,
    h('option', { value: '', selected: chosen === '' }, 'All athletes'),
    ...athletes.map(({ id, name }) =>
      h('option', { value: id, selected: id === chosen }, name === '' ? `Athlete ${id}` : name),
    ),
  );
  select.onchange = () => {
    const url = new URL(location.href);
    const id = /** @type {HTMLSelectElement} */ (select).value;
    if (id === '') url.searchParams.delete('athlete');
    else url.searchParams.set('athlete', id);
    location.assign(url);
  };
}
