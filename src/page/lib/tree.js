/**
 * A piece of a page as plain data: the server writes it as HTML, and the browser turns it into elements.
 * Texts are only ever texts: nothing that an athlete wrote becomes markup.
 */

/**
 * True writes the bare name; false, null and undefined leave the attribute out. A function is a listener
 * such as `onclick`, which only the browser knows. There is no `style`: the page's policy rejects it.
 * @typedef {Readonly<Record<string, string | number | boolean | null | undefined | Listener>>} Attributes
 * @typedef {(event: Event) => void} Listener
 * @typedef {{ readonly tag: string, readonly attributes: Attributes, readonly children: readonly Tree[] }} TreeElement
 * @typedef {string | TreeElement} Tree
 * @typedef {Tree | number | false | null | undefined} Leaf
 * @typedef {Leaf | readonly Leaf[]} Child
 */

/**
 * @param {string} tag
 * @param {Attributes} [attributes]
 * @param {...Child} children False, null and undefined are left out.
 * @returns {TreeElement}
 */
export function h(tag, attributes = {}, ...children) {
  return { tag, attributes, children: joined(children.flat().flatMap(treesOf)) };
}

/**
 * Neighbouring texts as one, as an HTML parser reads them.
 * @param {readonly Tree[]} trees
 * @returns {readonly Tree[]}
 */
function joined(trees) {
  /** @type {Tree[]} */
  const all = [];
  for (const tree of trees) {
    const last = all.at(-1);
    if (typeof tree === 'string' && typeof last === 'string') all[all.length - 1] = last + tree;
    else all.push(tree);
  }
  return all;
}

/**
 * @param {Leaf} leaf
 * @returns {readonly Tree[]}
 */
function treesOf(leaf) {
  if (leaf === false || leaf === null || leaf === undefined || leaf === '') return [];
  return [typeof leaf === 'number' ? String(leaf) : leaf];
}

/** https://html.spec.whatwg.org/multipage/syntax.html#void-elements */
const voidTags = new Set(
  'area base br col embed hr img input link meta source track wbr'.split(' '),
);

/**
 * The tree as HTML, everything escaped.
 * @param {Tree} tree
 * @returns {string}
 */
export function toHtml(tree) {
  if (typeof tree === 'string') return escapeHtml(tree);
  const attributes = writtenAttributes(tree.attributes)
    .map(([name, value]) => (value === '' ? ` ${name}` : ` ${name}="${escapeHtml(value)}"`))
    .join('');
  const start = `<${tree.tag}${attributes}>`;
  if (voidTags.has(tree.tag)) return start;
  return `${start}${tree.children.map(toHtml).join('')}</${tree.tag}>`;
}

/**
 * The attributes as HTML has them: names and texts.
 * @param {Attributes} attributes
 * @returns {(readonly [name: string, value: string])[]}
 */
export function writtenAttributes(attributes) {
  return Object.entries(attributes).flatMap(([name, value]) => {
    if (typeof value === 'function' || value === undefined || value === null) return [];
    if (value === false) return [];
    return [/** @type {const} */ ([name, value === true ? '' : String(value)])];
  });
}

/** @type {Readonly<Record<string, string>>} */
const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** @param {string} text */
function escapeHtml(text) {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');
}
