import { h } from './tree.js';

/** @import { StreamsState } from '../../features/page/api/types/common.ts' */
/** @import { Tree } from './tree.js' */

/** @type {Readonly<Record<StreamsState, string>>} */
const stateTexts = { stored: '', pending: 'summary only', none: 'no recording', parked: 'parked' };

/**
 * What is to say of a recording that is not stored; nothing of one that is.
 * @param {StreamsState} state
 * @returns {readonly Tree[]}
 */
export function stateTag(state) {
  const text = stateTexts[state];
  return text === '' ? [] : [' ', h('span', { class: 'tag' }, text)];
}
