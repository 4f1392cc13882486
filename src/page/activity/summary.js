/**
 * The head of an activity: what it was, its figures, and where to take it.
 *
 * @import { ActivityDetail } from '../../features/page/api/types/activity.ts'
 * @import { Format } from '../lib/format.js'
 * @import { TreeElement } from '../lib/tree.js'
 */
import { h } from '../lib/tree.js';
import { cadenceOf, rateLabel } from './measures.js';

/**
 * @param {ActivityDetail} activity
 * @param {Format} format
 * @returns {TreeElement}
 */
export function activityHead(activity, format) {
  const zone = activity.timeZone === '' ? '' : ` (${activity.timeZone})`;
  const when =
    activity.local === ''
      ? format.dateTime(activity.start)
      : `${format.localDateTime(activity.local)}${zone}`;
  const parts = [
    format.sport(activity.sport),
    activity.athleteName,
    activity.gear,
    activity.device,
  ];
  const badges = badgesOf(activity);
  return h(
    'div',
    { class: 'activity-head' },
    h(
      'div',
      {},
      h('h1', { dir: 'auto' }, titleOf(activity)),
      h(
        'p',
        { class: 'activity-when' },
        h('time', { datetime: activity.start }, when),
        activity.place !== '' && [' · ', h('bdi', {}, activity.place)],
      ),
      h(
        'ul',
        { class: 'activity-tags' },
        parts.filter((text) => text !== '').map((text) => h('li', { dir: 'auto' }, text)),
        badges.map((text) => h('li', { class: 'tag' }, text)),
      ),
    ),
    activityLinks(activity),
    activity.description !== '' &&
      h('p', { class: 'activity-description', dir: 'auto' }, activity.description),
  );
}

/** @param {{ readonly name: string }} activity */
export function titleOf({ name }) {
  return name === '' ? 'Untitled activity' : name;
}

/** @param {ActivityDetail} activity */
function badgesOf({ isManual, isPrivate, isCommute, isTrainer, isOfExport }) {
  return [
    isManual && 'Entered by hand',
    isPrivate && 'Only me',
    isCommute && 'Commute',
    isTrainer && 'Indoors',
    isOfExport && 'From the export',
  ].filter((text) => text !== false);
}

/** @param {ActivityDetail} activity */
function activityLinks({ id, streams, stravaUrl }) {
  const file = (/** @type {string} */ ending, /** @type {string} */ text) =>
    h('a', { class: 'button', href: `/api/v1/activities/${id}.${ending}`, download: true }, text);
  return h(
    'p',
    { class: 'activity-links' },
    streams === 'stored' && [
      file('gpx', 'Download GPX'),
      ' ',
      file('geojson', 'Download GeoJSON'),
      ' ',
    ],
    h('a', { class: 'strava-link', href: stravaUrl, rel: 'noreferrer' }, 'View on Strava'),
  );
}

/**
 * @param {ActivityDetail} activity
 * @param {Format} format
 * @returns {TreeElement}
 */
export function activityFigures(activity, format) {
  return h(
    'dl',
    { class: 'activity-figures' },
    figuresOf(activity, format)
      .filter(([, text]) => text !== '')
      .map(([label, text, note]) =>
        h('div', {}, h('dt', {}, label), h('dd', {}, text, note && h('small', {}, note))),
      ),
  );
}

/**
 * Each with an empty text where it is unknown.
 * @param {ActivityDetail} activity
 * @param {Format} format
 * @returns {(readonly [label: string, text: string, note?: string])[]}
 */
function figuresOf(activity, format) {
  const { sport, distance, movingTime, elapsedTime, kudos } = activity;
  const hasDistance = distance !== null && distance > 0;
  const average =
    activity.averageSpeed ?? (hasDistance && movingTime ? distance / movingTime : null);
  /** @type {(value: number | null, unit: string) => string} */
  const whole = (value, unit) =>
    value === null ? '' : `${format.count(Math.round(value))} ${unit}`;
  const most = (/** @type {string} */ text) => (text === '' ? '' : `at most ${text}`);
  const fastest = format.rate(activity.maxSpeed, sport);
  const cadence = cadenceOf(sport);
  return [
    ['Distance', hasDistance ? format.distance(distance) : ''],
    ['Moving time', format.clock(movingTime)],
    ['Elapsed time', elapsedTime === movingTime ? '' : format.clock(elapsedTime)],
    [rateLabel(sport), format.rate(average, sport), fastest && `fastest ${fastest}`],
    ['Climbing', activity.climbing === 0 && !hasDistance ? '' : format.height(activity.climbing)],
    ['Heart rate', whole(activity.heartrate, 'bpm'), most(whole(activity.maxHeartrate, 'bpm'))],
    ['Power', whole(activity.watts, 'W'), most(whole(activity.maxWatts, 'W'))],
    ['Cadence', whole(activity.cadence && activity.cadence * cadence.factor, cadence.unit)],
    ['Temperature', format.temperature(activity.temperature)],
    ['Energy', whole(activity.calories, 'kcal')],
    ['Kudos', kudos === 0 ? '' : format.count(kudos)],
  ];
}

/**
 * Why there are no plots; nothing where there are some.
 * @param {ActivityDetail} activity
 */
export function missingRecordingText({ isManual, streams, streamsReason }) {
  const reason = streamsReason === '' ? '' : ` The last answer: ${streamsReason}.`;
  switch (streams) {
    case 'stored':
      return '';
    case 'pending':
      return 'The recording is still to come: Domestique fetches it as soon as the quota allows.';
    case 'parked':
      return `The recording is parked: it could not be fetched, and is tried again later.${reason}`;
    case 'none':
      return isManual
        ? 'This activity was entered by hand: there is no recording of it.'
        : `Strava has no recording of this activity.${reason}`;
  }
}

/**
 * What stands in the place of an activity that is not there.
 * @param {string} message Of the API.
 * @returns {TreeElement}
 */
export function missingActivity(message) {
  return h(
    'div',
    { class: 'empty' },
    h('h1', {}, 'No such activity'),
    h('p', {}, message),
    h('p', {}, h('a', { href: '/activities' }, 'All activities')),
  );
}
