import { className } from '../classes.js';
import { el } from '../dom.js';
import { count, percent, t } from '../i18n/index.js';

const MOST_BARS = 12;

/**
 * How sure the network is of each class or, where there are many, of the likeliest ones.
 * @param {readonly string[]} classNames
 * @param {ArrayLike<number> | null} shares of the classes
 * @param {(k: number) => string} standing a class name of its own
 * @param {(k: number) => void} [onChoose] a class was chosen by its name
 */
export function barsOf(classNames, shares, standing, onChoose) {
  const all = [...classNames.keys()];
  if (shares && all.length > MOST_BARS) all.sort((a, b) => shares[b] - shares[a]);
  const bars = all.slice(0, MOST_BARS).map((k) => {
    const name = className(k, classNames);
    const onclick = onChoose && (() => onChoose(k));
    const label = onclick ? el('button', { type: 'button', className: 'bar-choice', onclick }, name) : name;
    return bar(label, shares?.[k] ?? null, standing(k));
  });
  if (all.length <= MOST_BARS) return bars;
  const note = t('bars.most', { shown: count(MOST_BARS), count: count(all.length) });
  return [...bars, el('li', { className: 'quiet bars-note' }, note)];
}

/** @param {string | HTMLElement} name @param {number | null} share @param {string} standing */
function bar(name, share, standing) {
  const length = el('i', {});
  length.style.inlineSize = `${(share || 0) * 100}%`;
  return el(
    'li',
    { className: standing },
    el('span', { className: 'bar-name' }, name),
    el('span', { className: 'bar' }, length),
    el('span', { className: 'bar-value' }, share === null ? '–' : percent(share)),
  );
}
