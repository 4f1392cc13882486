/**
 * The view of now as a tree: the server renders it first, the browser again with each new state.
 */
import { h } from '../lib/tree.js';
import { athleteCard, jointEndText } from './athletes.js';
import { fact } from './fact.js';
import { changesSection, parkedSection, recentSection } from './lists.js';
import { quotaCard } from './quota.js';

/** @import { AthleteNow, Need, Now } from '../../features/page/api/types/now.ts' */
/** @import { Format } from '../lib/format.js' */
/** @import { Tree } from '../lib/tree.js' */

/**
 * @typedef {object} Context
 * @property {Format} format
 * @property {number} nowMs
 * @property {string} athlete The id of the chosen one; empty for all.
 * @property {string} startCommand The command that starts the daemon.
 * @property {((text: string) => void) | undefined} copy Undefined where nothing can be copied.
 */

/**
 * @param {Now} now
 * @param {Context} context
 * @returns {readonly Tree[]}
 */
export function nowView(now, context) {
  const { athlete } = context;
  const athletes = now.athletes.filter(({ id }) => athlete === '' || id === athlete);
  const isUnknown = athlete !== '' && athletes.length === 0;
  return [
    h('h1', {}, 'Now'),
    ...now.needs.map((need) => needNotice(need, context)),
    ...(isUnknown
      ? [
          h(
            'p',
            { class: 'notice' },
            `Nothing is stored of athlete ${athlete}: erased, or never logged in.`,
          ),
        ]
      : cardsOf(athletes, now, context)),
    ...(isUnknown ? [] : listsOf(now, context)),
  ];
}

/**
 * The sentence above the view; empty where the figures are those of now.
 * @param {Now} now
 * @param {Format} format
 */
export function bannerText({ isStale, at }, format) {
  return isStale ? `MongoDB is away: these are the figures of ${format.dateTime(at)}.` : '';
}

/**
 * Several athletes have a row of their own.
 * @param {readonly AthleteNow[]} athletes
 * @param {Now} now
 * @param {Context} context
 * @returns {readonly Tree[]}
 */
function cardsOf(athletes, now, context) {
  const cards = athletes.map((one) => athleteCard(one, now, context));
  const others = [quotaCard(now, context), daemonCard(now, context)];
  const rows = cards.length < 2 ? [[...cards, ...others]] : [cards, others];
  const jointEnd = jointEndText(athletes, now, context);
  return [
    ...(jointEnd === '' ? [] : [h('p', {}, jointEnd)]),
    ...rows.map((row) => h('div', { class: 'cards' }, ...row)),
  ];
}

/**
 * @param {Now} now
 * @param {Context} context
 * @returns {readonly Tree[]}
 */
function listsOf(now, context) {
  if (now.athletes.length === 0) return [];
  return [
    recentSection(now, context),
    h('div', { class: 'cards' }, changesSection(now, context), parkedSection(now, context)),
  ];
}

/**
 * @param {Need} need
 * @param {Context} context
 */
function needNotice({ text, commands }, { copy }) {
  return h(
    'section',
    { class: 'notice need', 'aria-label': 'Action required' },
    h('p', {}, h('strong', {}, 'Action required: '), h('bdi', {}, text)),
    ...commands.map((command) => commandLine(command, copy)),
  );
}

/**
 * @param {string} command
 * @param {Context['copy']} copy
 */
function commandLine(command, copy) {
  return h(
    'p',
    { class: 'command' },
    h('code', {}, command),
    copy !== undefined &&
      h(
        'button',
        {
          type: 'button',
          'aria-label': `Copy ${command}`,
          onclick: () => {
            copy(command);
          },
        },
        'Copy',
      ),
  );
}

/**
 * @param {Now} now
 * @param {Context} context
 */
function daemonCard(
  { daemons, nextRunAt, lastRun, version },
  { format, nowMs, startCommand, copy },
) {
  const isRunning = daemons.length > 0;
  const ended = lastRun?.endedAt ?? null;
  return h(
    'section',
    { class: 'card', 'aria-labelledby': 'daemon' },
    h('h2', { id: 'daemon' }, 'Daemon'),
    h('p', { class: 'figure' }, isRunning ? 'Running' : 'Not running'),
    !isRunning && h('p', {}, 'Nothing new arrives until it runs. Start it with:'),
    !isRunning && commandLine(startCommand, copy),
    h(
      'dl',
      { class: 'facts' },
      ...daemons.flatMap(({ host, startedAt }) =>
        fact('Since', `${format.dateTime(startedAt)}, on ${host}`),
      ),
      ...(isRunning && nextRunAt !== null
        ? fact('Next poll', `${format.time(nextRunAt)} (${format.relative(nextRunAt, nowMs)})`)
        : []),
      ...(lastRun === null
        ? fact('Last run', 'none yet')
        : fact(
            'Last run',
            ended === null
              ? `since ${format.dateTime(lastRun.startedAt)}`
              : `${format.dateTime(ended)}: ${lastRun.outcome}`,
          )),
      ...fact('Version', version),
    ),
  );
}
