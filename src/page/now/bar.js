/**
 * A bar of one or two values. It is drawn as SVG, because the page's policy allows no styles in elements.
 */
import { h } from '../lib/tree.js';

/**
 * @typedef {object} Part
 * @property {number} share From 0 to 1.
 * @property {'value' | 'reserve'} kind
 * @property {boolean} [isAtEnd] Whether it ends at the right end of the bar.
 */

/**
 * @param {string} label What the bar says, for who does not see it.
 * @param {readonly Part[]} parts
 */
export function bar(label, parts) {
  return h(
    'svg',
    { class: 'bar', role: 'img', 'aria-label': label, focusable: 'false' },
    h('rect', { class: 'bar-track', width: '100%', height: '100%' }),
    ...parts.map(({ share, kind, isAtEnd = false }) =>
      h('rect', {
        class: `bar-${kind}`,
        x: isAtEnd ? percent(1 - bounded(share)) : '0%',
        width: percent(bounded(share)),
        height: '100%',
      }),
    ),
  );
}

/** @param {number} share */
function bounded(share) {
  return Number.isFinite(share) ? Math.min(1, Math.max(0, share)) : 0;
}

/** @param {number} share */
function percent(share) {
  return `${(share * 100).toFixed(2)}%`;
}
