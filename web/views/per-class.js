import { className } from '../classes.js';
import { byId, el } from '../dom.js';
import { count, decimal, onLanguage, t } from '../i18n/index.js';
import { perClass } from '../metrics.js';

/** @typedef {ReturnType<typeof perClass>[number]} Row */

/**
 * Precision, recall and F1, class by class and their means.
 * @param {import('../session.js').Session} session
 */
export function createPerClassView(session) {
  let { classNames } = session.subject;
  /** @type {Row[] | null} */
  let rows = null;

  function render() {
    const heads = ['class', 'precision', 'recall', 'f1', 'support'].map((key) =>
      el('th', { scope: 'col' }, t(`per-class.${key}`)),
    );
    const body = classNames.map((_, k) => line(className(k, classNames), rows?.[k]));
    byId('per-class').replaceChildren(
      el('thead', {}, el('tr', {}, ...heads)),
      el('tbody', {}, ...body),
      el('tfoot', {}, line(t('per-class.mean'), rows ? means(rows) : undefined)),
    );
  }

  /** @param {string} name @param {Row} [row] */
  function line(name, row) {
    const ratio = (/** @type {number | undefined} */ value) =>
      Number.isFinite(value) ? decimal(/** @type {number} */ (value), 3) : '–';
    const f1 = el('td', { className: 'with-rule' }, ratio(row?.f1));
    f1.style.setProperty('--share', String(row?.f1 || 0));
    return el(
      'tr',
      {},
      el('th', { scope: 'row' }, name),
      el('td', {}, ratio(row?.precision)),
      el('td', {}, ratio(row?.recall)),
      f1,
      el('td', {}, row ? count(row.support) : '–'),
    );
  }

  onLanguage(render);
  return {
    /** @param {number[][][] | null} cells @param {import('../subject.js').Subject} of */
    show(cells, of) {
      rows = cells && perClass(cells);
      ({ classNames } = of);
      render();
    },
  };
}

/** @param {Row[]} rows @returns {Row} plain means; the pictures are summed */
function means(rows) {
  const mean = (/** @type {(row: Row) => number} */ pick) =>
    rows.reduce((sum, row) => sum + (pick(row) || 0), 0) / rows.length;
  return {
    precision: mean((row) => row.precision),
    recall: mean((row) => row.recall),
    f1: mean((row) => row.f1),
    support: rows.reduce((sum, row) => sum + row.support, 0),
  };
}
