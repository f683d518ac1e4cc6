import { el } from '../dom.js';
import { t } from '../i18n/index.js';
import { UNDECODED } from '../try/refusals.js';

/** Why a file is not in the dataset, in the page's language as far as it is known. */

/** What the API says, by what the page says. */
const SAID = /** @type {Record<string, string>} */ ({
  'no picture': 'no-picture',
  'its path leads out of the folder': 'outside',
  'it lies in no folder of a class': 'no-class',
  'no file has this name': 'absent',
  'several files have this name': 'unclear',
  'no table names it': 'not-listed',
  'it has no label': 'no-label',
  'it has two labels': 'two-labels',
  'it has no column of labels': 'no-labels',
});

/** What the page's own parts refuse by. */
const CODES = [...UNDECODED, 'missing'];

/** @param {string} reason @returns {Node | string} */
export function reasonText(reason) {
  const key = SAID[reason] ?? (CODES.includes(reason) ? reason : '');
  return key ? t(`reason.${key}`) : el('span', { lang: 'en' }, reason);
}
