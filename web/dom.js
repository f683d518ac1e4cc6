import { withIsolatedNames } from './i18n/bidi.js';

/** @param {string} testid @returns {any} the element that carries this hook */
export const hook = (testid) => document.querySelector(`[data-testid="${testid}"]`);

/** @param {string} id @returns {any} */
export const byId = (id) => document.getElementById(id);

/**
 * Makes an element: properties that the element knows are set as such, others become attributes.
 * @param {string} tag
 * @param {Record<string, any>} [props]
 * @param {(Node | string)[]} children
 * @returns {any}
 */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name in node) /** @type {any} */ (node)[name] = value;
    else node.setAttribute(name, String(value));
  }
  node.append(...children.map((child) => (typeof child === 'string' ? withIsolatedNames(child) : child)));
  return node;
}

/** @param {string} tag @param {Record<string, string | number>} attributes @param {(Node | string)[]} children */
export function svg(tag, attributes, ...children) {
  const node = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  node.append(...children);
  return node;
}

/** Sets text only where it changed, so that live regions stay quiet. @param {Element} node @param {string} text */
export function setText(node, text) {
  const shown = withIsolatedNames(text);
  if (node.textContent !== shown) node.textContent = shown;
}

/** Calls `draw` at most once a frame. @param {() => void} draw */
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
 * Takes the user to a section: what is seen and what the keyboard goes on from.
 * @param {string} id
 * @param {{ smooth?: boolean }} [options] `smooth`: in sight, where motion is wanted; not while the page around still
 *   changes
 */
export function goTo(id, { smooth = false } = {}) {
  const still = !smooth || matchMedia('(prefers-reduced-motion: reduce)').matches;
  const heading = byId(`${id}-title`);
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
  byId(id).scrollIntoView({ behavior: still ? 'auto' : 'smooth', block: 'start' });
}

/**
 * A listener that does nothing while what it began before is still under way.
 * @template {any[]} A
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
