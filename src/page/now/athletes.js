/**
 * How far an athlete's history is.
 */
import { h } from '../lib/tree.js';
import { bar } from './bar.js';
import { fact } from './fact.js';

/** @import { AthleteNow, Now } from '../../features/page/api/types/now.ts' */
/** @import { Tree } from '../lib/tree.js' */
/** @import { Context } from './view.js' */

/**
 * @param {AthleteNow} athlete
 * @param {Now} now
 * @param {Context} context
 */
export function athleteCard(athlete, now, context) {
  const { format } = context;
  const { id, streams } = athlete;
  const wanted = streams.stored + streams.pending + streams.parked;
  const stored = format.count(streams.stored);
  const label = `${stored} of ${format.count(wanted)} recordings stored`;
  return h(
    'section',
    { class: 'card', 'aria-labelledby': `athlete-${id}` },
    h('h2', { id: `athlete-${id}` }, h('bdi', {}, nameOf(athlete))),
    h(
      'p',
      { class: 'figure' },
      stored,
      ' ',
      h('small', {}, `of ${format.count(wanted)} recordings`),
    ),
    bar(label, [{ share: wanted === 0 ? 0 : streams.stored / wanted, kind: 'value' }]),
    h('p', { class: 'muted' }, progressText(athlete, now, context)),
    h('dl', { class: 'facts' }, ...factsOf(athlete, context)),
    ...stateTexts(athlete, context).map((text) => h('p', {}, text)),
  );
}

/**
 * @param {Pick<AthleteNow, 'id' | 'name'>} athlete
 * @returns {string}
 */
export function nameOf({ id, name }) {
  return name === '' ? `Athlete ${id}` : name;
}

/**
 * @param {AthleteNow} athlete
 * @param {Now} now
 * @param {Context} context
 * @returns {string}
 */
function progressText(athlete, now, context) {
  const { activities, listedSince, streams, streamsToDo, isLoggedIn } = athlete;
  const { format } = context;
  if (activities === 0) {
    return listedSince === null && isLoggedIn
      ? 'Nothing is listed yet: the first poll of the daemon lists the newest activities.'
      : 'Strava lists no activity.';
  }
  if (streams.pending === 0) {
    return streams.stored === 0
      ? 'No activity has a recording.'
      : 'Every recording is here that Strava has.';
  }
  const summaries = streams.pending - streamsToDo;
  const left = `${format.count(summaries)} activities have only their summary.`;
  if (streamsToDo === 0) return left;
  const toFetch = `${format.count(streamsToDo)} to fetch${hasAllToDo(athlete, now) ? endText(now, context) : ''}.`;
  return summaries > 0 ? `${toFetch} ${left}` : toFetch;
}

/**
 * Whether the end of all that is to fetch is the athlete's, too.
 * @param {AthleteNow} athlete
 * @param {Now} now
 */
function hasAllToDo({ streamsToDo }, { toDo }) {
  return streamsToDo === toDo.streams;
}

/**
 * @param {Now} now
 * @param {Context} context
 */
function endText({ toDo: { endsAt } }, { format, nowMs }) {
  if (endsAt === null) return '';
  return `: done about ${format.date(endsAt)} (${format.relative(endsAt, nowMs)})`;
}

/**
 * When the recordings of all athletes are here; empty where no athlete or one of the shown has all that is to do.
 * @param {readonly AthleteNow[]} athletes Those shown.
 * @param {Now} now
 * @param {Context} context
 */
export function jointEndText(athletes, now, context) {
  const { streams } = now.toDo;
  if (streams === 0 || athletes.some((one) => hasAllToDo(one, now))) return '';
  return `${context.format.count(streams)} to fetch for all athletes together${endText(now, context)}.`;
}

/**
 * @param {AthleteNow} athlete
 * @param {Context} context
 * @returns {readonly Tree[]}
 */
function factsOf(athlete, { format, nowMs }) {
  const { activities, streams, streamsOfExport, listedSince, polledAt } = athlete;
  const { oldestStart, newestStart, unusableRecords } = athlete;
  const ofApi = streams.stored - streamsOfExport;
  const span =
    oldestStart === null ? '' : `, ${format.date(oldestStart)} to ${format.date(newestStart)}`;
  const sources =
    streamsOfExport === 0
      ? `${format.count(ofApi)} from Strava’s API`
      : `${format.count(ofApi)} from Strava’s API, ${format.count(streamsOfExport)} from an export`;
  return [
    ...fact('Activities', `${format.count(activities)}${span}`),
    ...fact('List known', listText(listedSince, format)),
    ...(streams.stored > 0 ? fact('Recordings', sources) : []),
    ...(streams.none > 0 ? fact('Without', `${format.count(streams.none)} have no recording`) : []),
    ...(streams.parked > 0 ? fact('Parked', format.count(streams.parked)) : []),
    ...(unusableRecords > 0
      ? fact('Unusable', `${format.count(unusableRecords)} records of the list`)
      : []),
    ...(polledAt === null ? [] : fact('Last poll', format.relative(polledAt, nowMs))),
  ];
}

/**
 * @param {string | null} since
 * @param {Context['format']} format
 */
function listText(since, format) {
  if (since === null) return 'not read yet';
  return Date.parse(since) === 0 ? 'back to the beginning' : `back to ${format.date(since)}`;
}

/**
 * @param {AthleteNow} athlete
 * @param {Context} context
 * @returns {readonly string[]}
 */
function stateTexts({ isLoggedIn, hasExport, deauthorizedAt }, { format }) {
  if (deauthorizedAt !== null) {
    return [`Withdrew the access at Strava on ${format.date(deauthorizedAt)}; the data is kept.`];
  }
  if (isLoggedIn) return [];
  return [
    hasExport
      ? 'From an export alone: nobody has logged in to keep this current.'
      : 'No login keeps this current.',
  ];
}
