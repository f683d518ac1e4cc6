import { byId, el } from '../dom.js';
import { onLanguage, t } from '../i18n/index.js';
import { NO_CLASS } from '../../shim/classify.js';
import { sign } from './titles.js';

/** The first twenty predicted classes under the true ones. */
export function createFirst20View() {
  /** @type {import('../metrics.js').Results | null} */
  let results = null;
  const places = [...Array(20).keys()];

  function render() {
    const wrong = (/** @type {number} */ i) =>
      results !== null && i < results.labels.length && results.predicted[i] !== results.labels[i];
    const row = (/** @type {string} */ key, /** @type {(i: number) => (Node | string)[]} */ cell) =>
      el(
        'tr',
        {},
        el('th', { scope: 'row' }, t(key)),
        ...places.map((i) => el('td', { className: wrong(i) ? 'wrong' : '' }, ...cell(i))),
      );
    const value = (/** @type {ArrayLike<number> | undefined} */ values, /** @type {number} */ i) =>
      !values || i >= values.length ? '·' : values[i] === NO_CLASS ? '–' : String(values[i]);
    byId('first-20').replaceChildren(
      el(
        'thead',
        {},
        el(
          'tr',
          {},
          el('th', { scope: 'row' }, t('first20.picture')),
          ...places.map((i) => el('th', { scope: 'col' }, String(i + 1))),
        ),
      ),
      el(
        'tbody',
        {},
        row('first20.predicted', (i) => [value(results?.predicted, i), ...(wrong(i) ? [sign(false)] : [])]),
        row('first20.true', (i) => [value(results?.labels, i)]),
      ),
    );
  }

  onLanguage(render);
  return {
    /** @param {import('../metrics.js').Results | null} next */
    show(next) {
      results = next;
      render();
    },
  };
}
