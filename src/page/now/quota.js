/**
 * Both windows of the quota, with the reserve.
 */
import { h } from '../lib/tree.js';
import { bar } from './bar.js';

/** @import { Now, WindowNow } from '../../features/page/api/types/now.ts' */
/** @import { Context } from './view.js' */

/**
 * @param {Now} now
 * @param {Context} context
 */
export function quotaCard({ quota, at }, context) {
  const { format, nowMs } = context;
  const waitSeconds = (Date.parse(quota.opensAt) - nowMs) / 1_000;
  const isSpent = Date.parse(quota.opensAt) > Date.parse(at) && waitSeconds > 0;
  return h(
    'section',
    { class: 'card', 'aria-labelledby': 'quota' },
    h('h2', { id: 'quota' }, 'Quota'),
    isSpent &&
      h(
        'p',
        {},
        `Spent: the next request leaves at ${format.time(quota.opensAt)}, in ${format.clock(waitSeconds)}.`,
      ),
    windowFigure(quota.short, context),
    windowFigure(quota.daily, context),
    h(
      'p',
      { class: 'muted key' },
      h('span', { class: 'key-used' }),
      'used ',
      h('span', { class: 'key-reserve' }),
      'kept for today’s activities',
    ),
  );
}

/**
 * @param {WindowNow} window
 * @param {Context} context
 */
function windowFigure({ used, limit, left, reserve, resetsAt, lengthSeconds }, { format, nowMs }) {
  const kept = Math.min(left, reserve);
  const text = `${format.count(used)} of ${format.count(limit)} used`;
  return h(
    'div',
    { class: 'window' },
    h('p', {}, h('strong', {}, text), ` in ${format.longDuration(lengthSeconds)}`),
    bar(`${text}, ${format.count(kept)} kept for today’s activities`, [
      { share: used / limit, kind: 'value' },
      { share: kept / limit, kind: 'reserve', isAtEnd: true },
    ]),
    h(
      'p',
      { class: 'muted' },
      `Resets at ${format.time(resetsAt)} (${format.relative(resetsAt, nowMs)})`,
    ),
  );
}
