/**
 * The view of all activities. Its filters and its order are in the address, so that it can be kept and
 * sent, and "back" from an activity shows them again.
 */
import { activitiesView, rowsAtOnce } from './activities/view.js';
import { choicesOf, rowsOfAthlete } from './lib/activities.js';
import { getJson, showProblem } from './lib/api.js';
import { byId, replace } from './lib/dom.js';
import { withQuery } from './lib/paths.js';
import { chosenAthlete, offerAthletes, offerUnits, readerFormat } from './lib/settings.js';

/** @import { ActivityColumns } from '../features/page/api/types/lists.ts' */
/** @import { State } from './activities/view.js' */

let format = readerFormat();
/** @type {State} */
let state = { rows: [], choices: choicesOf([]), ...addressState(), shown: rowsAtOnce };
let isLoaded = false;

offerUnits((changed) => {
  format = changed;
  show();
});
try {
  /** @type {ActivityColumns} */
  const answer = await getJson('/api/v1/activities');
  offerAthletes(answer.athletes);
  const rows = rowsOfAthlete(answer, state.filter.athlete);
  state = { ...state, rows, choices: choicesOf(rows) };
  isLoaded = true;
  show();
} catch (error) {
  showProblem(error);
}

function addressState() {
  const query = new URLSearchParams(location.search);
  const text = (/** @type {string} */ name) => query.get(name) ?? '';
  return {
    filter: {
      athlete: chosenAthlete(),
      sport: text('sport'),
      year: text('year'),
      gear: text('gear'),
      text: text('text'),
    },
    order: { key: query.get('sort') ?? 'start', isAscending: query.get('order') === 'up' },
  };
}

function show() {
  if (isLoaded) replace(byId('main'), ...activitiesView(state, format, change));
}

/** @param {Partial<State>} changed */
function change(changed) {
  state = { ...state, ...changed };
  const { filter, order } = state;
  const sort = order.key === 'start' ? '' : order.key;
  const parameters = { ...filter, sort, order: order.isAscending ? 'up' : '' };
  history.replaceState(null, '', withQuery(location.pathname, parameters));
  show();
}
