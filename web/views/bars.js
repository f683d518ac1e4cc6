import { className } from '../classes.js';
import { el } from '../dom.js';
import { percent } from '../i18n/index.js';

/**
 * How sure the network is of one class.
 * @param {number} k the class
 * @param {number | null} share
 * @param {string} standing a class of its own
 */
export function bar(k, share, standing) {
  const length = el('i', {});
  length.style.inlineSize = `${(share || 0) * 100}%`;
  return el(
    'li',
    { className: standing },
    el('span', { className: 'bar-name' }, className(k)),
    el('span', { className: 'bar' }, length),
    el('span', { className: 'bar-value' }, share === null ? '–' : percent(share)),
  );
}
