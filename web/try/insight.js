import { el } from '../dom.js';
/** @param {any} parts */
export const createInsight = (parts) => ({ element: el('div'), show(/** @type {any} */ result) {} });
