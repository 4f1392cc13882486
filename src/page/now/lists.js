/**
 * The last activities, the last changes, and what is parked.
 */
import { activityPath } from '../lib/paths.js';
import { stateTag } from '../lib/state-tag.js';
import { h } from '../lib/tree.js';

/** @import { ActivitySummary } from '../../features/page/api/types/common.ts' */
/** @import { ChangeNow, Now, ParkedNow } from '../../features/page/api/types/now.ts' */
/** @import { Tree } from '../lib/tree.js' */
/** @import { Context } from './view.js' */

const maxShown = 10;

/**
 * Those of the chosen athlete.
 * @template {{ readonly athleteId: string }} T
 * @param {readonly T[]} values
 * @param {Context} context
 */
function chosenOf(values, { athlete }) {
  return values.filter(({ athleteId }) => athlete === '' || athleteId === athlete);
}

/**
 * @param {Now} now
 * @param {Context} context
 */
export function recentSection({ recent }, context) {
  const shown = chosenOf(recent, context).slice(0, maxShown);
  return h(
    'section',
    { 'aria-labelledby': 'recent' },
    h('h2', { id: 'recent' }, 'Last activities'),
    shown.length === 0
      ? h('p', { class: 'muted' }, 'None yet.')
      : h(
          'div',
          {
            class: 'scroll',
            tabindex: 0,
            role: 'region',
            'aria-label': 'Table of the last activities',
          },
          recentTable(shown, context),
        ),
  );
}

/**
 * @param {readonly ActivitySummary[]} activities
 * @param {Context} context
 */
function recentTable(activities, context) {
  const number = { scope: 'col', class: 'number' };
  return h(
    'table',
    {},
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        h('th', { scope: 'col' }, 'Start'),
        h('th', { scope: 'col' }, 'Name'),
        h('th', { scope: 'col' }, 'Sport'),
        h('th', number, 'Distance'),
        h('th', number, 'Moving time'),
        h('th', number, 'Climb'),
      ),
    ),
    h('tbody', {}, ...activities.map((one) => recentRow(one, context))),
  );
}

/**
 * @param {ActivitySummary} activity
 * @param {Context} context
 */
function recentRow(
  { id, name, local, start, sport, distance, movingTime, climbing, streams },
  { format, athlete },
) {
  return h(
    'tr',
    {},
    h('td', { class: 'time' }, local === '' ? format.dateTime(start) : format.localDateTime(local)),
    h(
      'td',
      { class: 'name' },
      h('a', { href: activityPath(id, athlete) }, h('bdi', {}, name === '' ? 'Unnamed' : name)),
      ...stateTag(streams),
    ),
    h('td', { class: 'time' }, format.sport(sport)),
    h('td', { class: 'number' }, format.distance(distance)),
    h('td', { class: 'number' }, format.duration(movingTime)),
    h('td', { class: 'number' }, format.height(climbing)),
  );
}

/**
 * @param {Now} now
 * @param {Context} context
 */
export function changesSection({ changes }, context) {
  const shown = chosenOf(changes, context).slice(0, maxShown);
  return h(
    'section',
    { class: 'card', 'aria-labelledby': 'changes' },
    h('h2', { id: 'changes' }, 'Last changes at Strava'),
    shown.length === 0
      ? h('p', { class: 'muted' }, 'None yet.')
      : h(
          'ul',
          { class: 'list' },
          ...shown.map((change) => h('li', {}, ...changeTexts(change, context))),
        ),
  );
}

/**
 * @param {ChangeNow} change
 * @param {Context} context
 * @returns {readonly Tree[]}
 */
function changeTexts({ activityId, name, at, kind, fields }, { format, nowMs, athlete }) {
  const label = h('bdi', {}, name === '' ? `Activity ${activityId}` : name);
  const what = kind === 'deleted' ? 'deleted' : `changed: ${fields.join(', ')}`;
  return [
    kind === 'deleted' ? label : h('a', { href: activityPath(activityId, athlete) }, label),
    h('span', { class: 'muted' }, ` ${what}, ${format.relative(at, nowMs)}`),
  ];
}

/**
 * @param {Now} now
 * @param {Context} context
 */
export function parkedSection({ parked, athletes }, context) {
  const { athlete, format } = context;
  const shown = chosenOf(parked, context);
  const count = athletes
    .filter(({ id }) => athlete === '' || id === athlete)
    .reduce((sum, { streams }) => sum + streams.parked, 0);
  return h(
    'section',
    { class: 'card', 'aria-labelledby': 'parked' },
    h('h2', { id: 'parked' }, 'Parked'),
    shown.length === 0
      ? h(
          'p',
          { class: 'muted' },
          count === 0
            ? 'Nothing: every activity could be fetched and stored.'
            : `${format.count(count)} that are not listed here.`,
        )
      : h(
          'ul',
          { class: 'list' },
          ...shown.map((one) => h('li', {}, ...parkedTexts(one, context))),
        ),
  );
}

/**
 * @param {ParkedNow} parked
 * @param {Context} context
 * @returns {readonly Tree[]}
 */
function parkedTexts({ activityId, name, reason, nextTryAt }, { format, nowMs, athlete }) {
  const again = nextTryAt === null ? '' : `; tried again ${format.relative(nextTryAt, nowMs)}`;
  return [
    h(
      'a',
      { href: activityPath(activityId, athlete) },
      h('bdi', {}, name === '' ? `Activity ${activityId}` : name),
    ),
    h('span', { class: 'muted' }, ' ', h('bdi', {}, reason), again),
  ];
}
