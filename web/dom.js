import { withIsolatedNames } from './i18n/bidi.js';

/** @typedef {HTMLElementTagNameMap & { '*': HTMLElement }} Elements by tag; *: whatever it is */

/**
 * The element with this hook, which is on the page.
 * @template {keyof Elements} [Tag='*']
 * @param {string} testid
 * @param {Tag} [_tag] for its type
 * @returns {Elements[Tag]}
 */
export const hook = (testid, _tag) =>
  /** @type {Elements[Tag]} */ (document.querySelector(`[data-testid="${testid}"]`));

/**
 * The element with this id, which is on the page.
 * @template {keyof Elements} [Tag='*']
 * @param {string} id
 * @param {Tag} [_tag] for its type
 * @returns {Elements[Tag]}
 */
export const byId = (id, _tag) => /** @type {Elements[Tag]} */ (document.getElementById(id));

/**
 * Makes an element: properties that the element has are set as such, others become attributes.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, unknown>} [props]
 * @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name in node) Reflect.set(node, name, value);
    else node.setAttribute(name, String(value));
  }
  node.append(...children.map((child) => (typeof child === 'string' ? withIsolatedNames(child) : child)));
  return node;
}

/** What draws on a canvas. @param {HTMLCanvasElement} canvas */
export const contextOf = (canvas) => /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));

/** @param {string} tag @param {Record<string, string | number>} attributes @param {(Node | string)[]} children */
export function svg(tag, attributes, ...children) {
  const node = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  node.append(...children);
  return node;
}

/** Sets text only if it changed, so that live regions stay quiet. @param {Element} node @param {string} text */
export function setText(node, text) {
  const shown = withIsolatedNames(text);
  if (node.textContent !== shown) node.textContent = shown;
}

/** Calls `draw` at most once per frame. @param {() => void} draw */
export function oncePerFrame(draw) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      draw();
    });
  };
}

/**
 * Takes the user to a section: scrolls there and moves the keyboard focus.
 * @param {string} id
 * @param {{ smooth?: boolean, part?: HTMLElement }} [options] `smooth`: scrolls visibly, unless the user wants no
 *   motion; not while the page around it still changes; `part`: of the section, which is to be seen
 */
export function goTo(id, { smooth = false, part = byId(id) } = {}) {
  const still = !smooth || matchMedia('(prefers-reduced-motion: reduce)').matches;
  const heading = byId(`${id}-title`);
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
  part.scrollIntoView({ behavior: still ? 'auto' : 'smooth', block: 'start' });
}

/**
 * A listener that ignores events while its last call is still under way.
 * @template {unknown[]} A
 * @param {(...args: A) => Promise<void>} act
 */
export function oneAtATime(act) {
  let busy = false;
  return async (/** @type {A} */ ...args) => {
    if (busy) return;
    busy = true;
    try {
      await act(...args);
    } finally {
      busy = false;
    }
  };
}
