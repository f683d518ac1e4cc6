import { className } from '../classes.js';
import { byId, el, setText } from '../dom.js';
import { count, decimal, onLanguage, t } from '../i18n/index.js';
import { FIELDS } from '../settings.js';
import { createControl } from '../views/field.js';
import { whenLoaded } from '../views/loaded.js';
import { reasonText } from './reasons.js';
import { createThumbnails } from './thumbnails.js';

/**
 * What was found in the user's pictures: the classes, and what may be wrong with them.
 *
 * @typedef {import('./reading.js').Findings} Findings
 * @typedef {import('./reading.js').Group} Group
 */

const ROWS = 100; // of classes, at a time
const UNEVEN = 1.5; // times as many pictures: below that, classes count as equally large

/**
 * @param {{ session: import('../session.js').Session, settings: import('../settings.js').Settings, onBalance: () =>
 *   void }} parts `settings`: changed in place
 */
export function createFound({ session, settings, onBalance }) {
  const place = byId('own-found');
  const title = el('h3');
  const table = el('table', { className: 'own-classes', 'data-testid': 'own-classes' });
  const box = el('div', { className: 'scroller', tabIndex: 0, role: 'region' }, table);
  const more = el('button', { type: 'button', className: 'small', onclick: showMore });
  const notes = el('ul', { className: 'own-notes', role: 'list', 'data-testid': 'own-notes' });
  const balanceText = el('span');
  const balanceNote = el('p', { className: 'quiet', id: 'balance-note' });
  const balance = createControl(FIELDS.balance, {
    value: settings.balance,
    testid: 'settings-balance',
    describedBy: 'balance-note',
    onValue: (value) => {
      settings.balance = Boolean(value);
      onBalance();
    },
    onInvalid: () => {},
  });
  const thumbnails = createThumbnails(session);
  let { subject } = session;
  /** @type {Findings | null} */
  let findings = null;
  let rows = ROWS;

  place.className = place.dataset.testid = 'own-found';
  place.append(
    title,
    el(
      'div',
      { className: 'spread own-spread' },
      el('div', {}, box, more),
      el(
        'div',
        {},
        notes,
        el('div', { className: 'option' }, el('label', {}, balance.control, balanceText), balanceNote),
      ),
    ),
  );

  function showMore() {
    rows += ROWS;
    renderTable();
  }

  function render() {
    place.hidden = !findings;
    if (!findings) return;
    setText(title, t('found.title'));
    box.ariaLabel = t('found.title');
    setText(more, t('found.more'));
    setText(balanceText, t('settings.balance'));
    setText(balanceNote, t('settings.balance-note'));
    renderTable();
    renderNotes(findings);
  }

  function renderTable() {
    const { classes = [] } = findings ?? {};
    const largest = Math.max(1, ...classes.map(({ train }) => train));
    const shown = classes.slice(0, rows);
    more.hidden = shown.length === classes.length;
    const heads = ['class', 'train', 'validation', 'test'].map((key) => el('th', { scope: 'col' }, t(`found.${key}`)));
    const lines = shown.map(({ train, validation, test, example }, k) => {
      const bar = el('i');
      bar.style.inlineSize = `${(100 * train) / largest}%`;
      return el(
        'tr',
        {},
        el(
          'th',
          { scope: 'row' },
          el(
            'span',
            { className: 'own-class' },
            thumbnails.of(example),
            el('span', {}, className(k, subject.classNames)),
          ),
        ),
        el('td', {}, count(train), el('span', { className: 'bar' }, bar)),
        el('td', {}, count(validation)),
        el('td', {}, count(test)),
      );
    });
    table.replaceChildren(el('thead', {}, el('tr', {}, ...heads)), el('tbody', {}, ...lines));
    thumbnails.load();
  }

  /** @param {Findings} found */
  function renderNotes({ refused, small, alike, contradictions, leaks, imbalance }) {
    const [height, width] = subject.shape;
    const size = t('found.size', { width, height });
    const said = [
      refused.count > 0 && note('refused', t('found.refused', { count: count(refused.count) }), () => filesOf(refused)),
      contradictions.count > 0 &&
        note('contradictions', t('found.contradictions', { count: count(contradictions.count) }), () =>
          groupsOf(contradictions, ({ label }) => className(label, subject.classNames)),
        ),
      leaks.count > 0 &&
        note('leaks', t('found.leaks', { count: count(leaks.count) }), () =>
          groupsOf(leaks, ({ split }) => t(`found.${split}`)),
        ),
      alike.groups > 0 && note('alike', alikeText(alike, leaks.count > 0)),
      small.count > 0 &&
        note('small', t('found.small', { size, count: count(small.count) }), () => [
          el('ul', { className: 'own-files' }, ...small.some.map((name) => el('li', {}, name))),
          ...restOf(small),
        ]),
    ].filter((each) => each !== false);
    if (said.length === 0) said.push(note('fine', t('found.fine')));
    const times = decimal(imbalance, imbalance < 10 ? 1 : 0);
    said.push(note('imbalance', imbalance < UNEVEN ? t('found.even') : t('found.uneven', { times })));
    notes.replaceChildren(...said);
  }

  /** @param {Findings['alike']} alike @param {boolean} apart whether some are in several parts */
  const alikeText = ({ groups, pictures }, apart) =>
    [t('found.alike', { count: count(pictures), groups: count(groups) }), apart ? '' : t('found.together')]
      .filter(Boolean)
      .join(' ');

  /**
   * @param {string} name
   * @param {string} text
   * @param {() => (Node | string)[]} [details] made when it is unfolded
   */
  function note(name, text, details) {
    if (!details) return el('li', { 'data-note': name }, text);
    const unfolding = el('details', {}, el('summary', {}, text));
    unfolding.addEventListener('toggle', () => unfolding.append(...details()), { once: true });
    return el('li', { 'data-note': name }, unfolding);
  }

  /** @param {Findings['refused']} refused */
  const filesOf = (refused) => [
    el(
      'ul',
      { className: 'own-files' },
      ...refused.some.map(({ name, reason }) =>
        el('li', {}, el('span', {}, name), ' ', el('span', { className: 'quiet' }, reasonText(reason))),
      ),
    ),
    ...restOf(refused),
  ];

  /**
   * @param {Findings['leaks']} groups
   * @param {(member: import('./reading.js').Member) => string} captionOf
   */
  function groupsOf(groups, captionOf) {
    const shown = groups.some.map(({ count: all, members }) =>
      el(
        'ul',
        { className: 'own-group' },
        ...members.map((member) =>
          el(
            'li',
            { title: member.name },
            thumbnails.of(member, true),
            el('span', { className: 'title' }, captionOf(member)),
            el('span', { className: 'quiet' }, member.name),
          ),
        ),
        ...(all > members.length ? [el('li', { className: 'quiet' }, moreText(all - members.length))] : []),
      ),
    );
    thumbnails.load();
    return [...shown, ...restOf(groups)];
  }

  /** @param {{ count: number, some: unknown[] }} list */
  const restOf = ({ count: all, some }) =>
    all > some.length ? [el('p', { className: 'quiet' }, moreText(all - some.length))] : [];

  const moreText = (/** @type {number} */ others) => t('found.and-more', { count: count(others) });

  session.on('data', ({ info }) => {
    if (info) return;
    findings = null; // they ended with the worker
    render();
  });
  whenLoaded(session, async ({ info, version }) => {
    const answer = info?.source === 'pictures' ? await session.call('findings', {}).catch(() => null) : null;
    if (version !== session.data.version) return; // of other pictures
    findings = answer;
    ({ subject } = session);
    rows = ROWS;
    thumbnails.forget();
    render();
  });
  onLanguage(render);

  return {
    /** @param {boolean} locked */
    lock: (locked) => (balance.control.disabled = locked),
  };
}
