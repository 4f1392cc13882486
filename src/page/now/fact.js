import { h } from '../lib/tree.js';

/** @import { Tree } from '../lib/tree.js' */

/**
 * A term and its text, for a `<dl class="facts">`.
 * @param {string} term
 * @param {string} text
 * @returns {readonly Tree[]}
 */
export function fact(term, text) {
  return [h('dt', {}, term), h('dd', {}, h('bdi', {}, text))];
}
