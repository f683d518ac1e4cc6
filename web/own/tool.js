import { el } from '../dom.js';

/** A small button. @param {string} testid @param {() => unknown} act @param {string} [text] */
export const createTool = (testid, act, text = '') =>
  el('button', { type: 'button', className: 'small', 'data-testid': testid, onclick: act }, text);

/** Controls beside each other, which can be disabled together. @param {(Node | string)[]} controls */
export const createTools = (...controls) => el('fieldset', {}, el('div', { className: 'own-tools' }, ...controls));
