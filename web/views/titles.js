import { className } from '../classes.js';
import { el } from '../dom.js';
import { t } from '../i18n/index.js';

/**
 * `predicted (true)`, blue with a tick or red with a cross.
 * @param {number} predicted
 * @param {number} label
 * @param {readonly string[]} classNames
 */
export function verdictTitle(predicted, label, classNames) {
  const right = predicted === label;
  return el(
    'span',
    { className: `title ${right ? 'right' : 'wrong'}` },
    sign(right),
    t('grid.cell', { predicted: className(predicted, classNames), true: className(label, classNames) }),
  );
}

/** @param {boolean} right */
export const sign = (right) =>
  el('span', {
    className: right ? 'sign tick' : 'sign cross',
    role: 'img',
    ariaLabel: t(right ? 'grid.right' : 'grid.wrong'),
  });
