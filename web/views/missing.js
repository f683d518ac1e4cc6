import { el, setText } from '../dom.js';
import { onLanguage, t } from '../i18n/index.js';

/**
 * Says in a part's place that it could not be loaded. Browsers remember a script that failed for as long as the page is
 * open, so only reloading the page helps.
 * @template T
 * @param {HTMLElement} place
 * @param {Promise<T>} part
 * @returns {Promise<T>} the same
 */
export function orMissing(place, part) {
  const earlier = place.querySelector(':scope > .missing');
  const tell = () => {
    const words = el('span');
    const again = el('button', { type: 'button', className: 'small', onclick: () => location.reload() });
    place.append(el('p', { className: 'missing', role: 'status', 'data-testid': 'part-missing' }, words, ' ', again));
    onLanguage(() => {
      setText(words, t('part.missing'));
      setText(again, t('part.again'));
    });
  };
  part.then(
    () => earlier?.remove(),
    () => earlier ?? tell(),
  );
  return part;
}
