/**
 * Turns trees into elements, and changes only what differs: the focus, the selection, the scroll position
 * and an open `<details>` stay where they are.
 */
import { writtenAttributes } from './tree.js';

/** @import { Attributes, Tree, TreeElement } from './tree.js' */

const svgNamespace = 'http://www.w3.org/2000/svg';
const htmlNamespace = 'http://www.w3.org/1999/xhtml';

/**
 * The element or text of a tree.
 * @param {Tree} tree
 * @param {string | null} [namespace] Of the parent.
 * @returns {Element | Text}
 */
export function toDom(tree, namespace = htmlNamespace) {
  if (typeof tree === 'string') return document.createTextNode(tree);
  const own = tree.tag === 'svg' ? svgNamespace : namespace;
  const element = document.createElementNS(own, tree.tag);
  patch(element, tree);
  return element;
}

/**
 * Makes the trees the element's content.
 * @param {Element} element
 * @param {...Tree} trees
 */
export function replace(element, ...trees) {
  const nodes = [...element.childNodes];
  for (const [index, tree] of trees.entries()) {
    const node = nodes[index];
    if (node === undefined) element.append(toDom(tree, element.namespaceURI));
    else patchOrReplace(node, tree, element.namespaceURI);
  }
  for (const node of nodes.slice(trees.length)) node.remove();
}

/**
 * @param {ChildNode} node
 * @param {Tree} tree
 * @param {string | null} namespace
 */
function patchOrReplace(node, tree, namespace) {
  if (typeof tree === 'string') {
    if (!(node instanceof Text)) node.replaceWith(toDom(tree));
    else if (node.data !== tree) node.data = tree;
  } else if (node instanceof Element && node.localName === tree.tag && isSameKey(node, tree)) {
    patch(node, tree);
  } else {
    node.replaceWith(toDom(tree, namespace));
  }
}

/**
 * Elements with different ids are never the same.
 * @param {Element} element
 * @param {TreeElement} tree
 */
function isSameKey(element, { attributes }) {
  return element.id === String(attributes['id'] ?? '');
}

/**
 * @param {Element} element
 * @param {TreeElement} tree
 */
function patch(element, { attributes, children }) {
  patchAttributes(element, attributes);
  replace(element, ...children);
  // The value of a select exists only once its options do.
  patchValue(element, attributes);
}

/** @type {WeakMap<Element, readonly string[]>} */
const listenersOf = new WeakMap();

/**
 * @param {Element} element
 * @param {Attributes} attributes
 */
function patchAttributes(element, attributes) {
  const wanted = new Map(writtenAttributes(attributes));
  for (const name of element.getAttributeNames()) {
    // The user opens and closes it.
    const isTheUsers = name === 'open' && element instanceof HTMLDetailsElement;
    if (!wanted.has(name) && !isTheUsers) element.removeAttribute(name);
  }
  for (const [name, value] of wanted) {
    if (element.getAttribute(name) !== value) element.setAttribute(name, value);
  }
  const listeners = Object.entries(attributes).filter(([, value]) => typeof value === 'function');
  for (const name of listenersOf.get(element) ?? []) Reflect.set(element, name, null);
  for (const [name, listener] of listeners) Reflect.set(element, name, listener);
  if (listeners.length > 0)
    listenersOf.set(
      element,
      listeners.map(([name]) => name),
    );
}

/**
 * The attributes of a form's fields are only their first values.
 * @param {Element} element
 * @param {Attributes} attributes
 */
function patchValue(element, { value, checked }) {
  const isField = element instanceof HTMLInputElement || element instanceof HTMLSelectElement;
  if (isField && value !== undefined && element.value !== String(value)) {
    element.value = String(value);
  }
  if (element instanceof HTMLInputElement && typeof checked === 'boolean') {
    element.checked = checked;
  }
}

/**
 * The element with that id, which the server rendered.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`The page has no element #${id}.`);
  return element;
}

/**
 * Listens to an event of the element or of what is in it; returns a function that ends it.
 * @template {keyof GlobalEventHandlersEventMap} K
 * @param {EventTarget} target
 * @param {K} type
 * @param {(event: GlobalEventHandlersEventMap[K]) => void} listener
 * @returns {() => void}
 */
export function on(target, type, listener) {
  const untyped = /** @type {EventListener} */ (listener);
  target.addEventListener(type, untyped);
  return () => {
    target.removeEventListener(type, untyped);
  };
}
