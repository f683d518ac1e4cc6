import { className } from '../classes.js';
import { byId, el, setText } from '../dom.js';
import { count, decimal, onLanguage, t } from '../i18n/index.js';
import { FIELDS } from '../settings.js';
import { createControl } from '../views/field.js';
import { whenLoaded } from '../views/loaded.js';
import { reasonText } from './reasons.js';
import { createClassTable } from './class-table.js';
import { createThumbnails } from './thumbnails.js';

/**
 * What was found in the user's pictures: the classes, and what may be wrong with them.
 *
 * @typedef {import('./findings.js').Findings} Findings
 * @typedef {import('./findings.js').Group} Group
 */

const UNEVEN = 1.5; // times as many pictures: below that, classes count as equally large

/**
 * @param {{ session: import('../session.js').Session, settings: import('../settings.js').Settings, onBalance: () =>
 *   void, change: import('./index.js').Changer, addTo: (files: File[], name: string) => unknown,
 *   bar: ReturnType<typeof import('./project-bar.js').createProjectBar>, doubts:
 *   ReturnType<typeof import('./doubts.js').createDoubts>, onFindings: (findings: Findings | null) =>
 *   void }} parts `settings`: changed in place
 */
export function createFound({ session, settings, onBalance, change, addTo, bar, doubts, onFindings }) {
  const place = byId('own-found');
  const title = el('h3');
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
  const classes = createClassTable({ session, thumbnails, change, addTo });
  let { subject } = session;
  /** @type {Findings | null} */
  let findings = null;

  place.className = place.dataset.testid = 'own-found';
  place.append(
    title,
    bar.node,
    el(
      'div',
      { className: 'spread own-spread' },
      classes.node,
      el(
        'div',
        {},
        notes,
        el('div', { className: 'option' }, el('label', {}, balance.control, balanceText), balanceNote),
        doubts.node,
      ),
    ),
  );

  function render() {
    place.hidden = !findings;
    if (!findings) return;
    setText(title, t('found.title'));
    setText(balanceText, t('settings.balance'));
    setText(balanceNote, t('settings.balance-note'));
    renderNotes(findings);
  }

  /** @param {Findings} found */
  function renderNotes({ refused, small, alike, contradictions, leaks, imbalance, awaited }) {
    const [height, width] = subject.shape;
    const size = t('found.size', { width, height });
    const said = [
      awaited > 0 && note('awaited', t('found.awaited', { count: count(awaited) })),
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
   * @param {(member: import('./findings.js').Member) => string} captionOf
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
    onFindings(null);
    render();
  });
  whenLoaded(session, async ({ info, version }) => {
    const answer = info?.source === 'pictures' ? await session.call('findings', {}).catch(() => null) : null;
    if (version !== session.data.version) return; // of other pictures
    findings = answer;
    ({ subject } = session);
    thumbnails.forget();
    onFindings(answer);
    if (answer) {
      classes.show(answer);
      bar.show(answer);
      doubts.show(answer);
    }
    render();
  });
  onLanguage(render);

  return {
    /** Shows the settings as they are. */
    show: () => balance.show(settings.balance),
    /** @param {boolean} locked */
    lock(locked) {
      balance.control.disabled = locked;
      classes.lock(locked);
      bar.lock(locked);
      doubts.lock(locked);
    },
  };
}
