import { byId, el, goTo, setText, svg } from '../dom.js';
import { onLanguage, t } from '../i18n/index.js';
import { createExportPanel } from './export-panel.js';
import { createLibrary } from './library.js';
import { createOpener } from './opener.js';
import { createShelf } from './shelf.js';
import { whenFree } from './store.js';

/** Section 6: what was trained here, kept by name and taken anywhere. */

/** What is said of errors, by their code. @type {Record<string, string>} */
const TOLD = {
  ...Object.fromEntries(
    ['refused', 'blocked', 'outdated', 'full', 'spoilt'].map((code) => [code, `library.unkept-${code}`]),
  ),
  gone: 'library.gone',
  busy: 'library.busy',
  ...Object.fromEntries(['cancelled', 'too-slow', 'reader-died'].map((code) => [code, `library.${code}`])),
};

/** A hanger, in the style of the other pieces. */
const piece = () =>
  svg(
    'svg',
    { viewBox: '0 0 160 200', 'aria-hidden': 'true' },
    svg('path', { class: 'cut', d: 'M80 74L150 128C156 134 152 142 144 142H16C8 142 4 134 10 128Z' }),
    svg('path', { class: 'seam', d: 'M80 88L132 130H28Z' }),
    svg('path', { class: 'grain', d: 'M80 74V60C96 56 98 34 80 32C70 31 64 38 64 46' }),
    svg('path', { class: 'notch', d: 'M76 142L80 134L84 142Z' }),
  );

/**
 * @param {{ session: import('../session.js').Session, trainer: import('../trainer.js').Trainer, settings:
 *   import('../settings.js').Settings,
 *   onChosen: (files: File[]) => void }} parts `onChosen`: told of files that were chosen
 * @returns {{ open: (files: File[]) => void }} opens a model, in the user's sight
 */
export function createSection({ session, trainer, settings, onChosen }) {
  const heading = el('span');
  const note = el('p', { className: 'note' });
  const status = el('p', { className: 'keep-message', role: 'status', 'data-testid': 'keep-message' });
  const cancel = el('button', { type: 'button', className: 'small', hidden: true, 'data-testid': 'keep-cancel' });
  const library = createLibrary({ session, trainer, settings, read: createOpener() });

  let said = () => ''; // in the language of the moment

  /** @param {() => string} words */
  function say(words) {
    said = words;
    status.classList.remove('error');
    setText(status, said());
  }

  const nothing = () => '';

  async function refresh() {
    say(nothing);
    await library.refresh();
  }

  /**
   * One after the other; what was said of the one before goes.
   * @param {() => Promise<void>} work
   * @returns {Promise<void>}
   */
  const guard = (work) => (working = working.then(() => attempt(work)));
  let working = Promise.resolve();

  /** @param {() => Promise<void>} work */
  async function attempt(work) {
    say(nothing);
    try {
      await work();
    } catch (error) {
      const { code = '', message } = /** @type {Error & { code?: string }} */ (error);
      if (code === 'blocked') whenFree().then(() => guard(refresh));
      if (code === 'gone') await library.refresh().catch(() => {});
      say(() => t(TOLD[code] ?? 'library.failed', { detail: message }));
      status.classList.toggle('error', code !== 'cancelled');
    }
  }

  /**
   * Says that something is under way for as long as it is, and lets it be cancelled.
   * @template T
   * @param {() => string} words
   * @param {(signal: AbortSignal) => Promise<T>} work
   */
  async function cancellable(words, work) {
    const controller = new AbortController();
    say(words);
    cancel.onclick = () => controller.abort();
    cancel.hidden = false;
    try {
      return await work(controller.signal);
    } finally {
      if (document.activeElement === cancel) goTo('keep'); // the keyboard goes on where it was
      cancel.hidden = true;
    }
  }

  const exportPanel = createExportPanel({ library, trainer, guard, say, cancellable, onChosen });
  const shelf = createShelf(library, { guard, trainer, download: exportPanel.exportModel });
  const section = el(
    'section',
    { className: 'piece', id: 'keep', 'aria-labelledby': 'keep-title' },
    el(
      'header',
      { className: 'mark' },
      piece(),
      el('h2', { id: 'keep-title' }, el('span', { className: 'numeral', ariaHidden: 'true' }, '6'), ' ', heading),
      note,
    ),
    el(
      'div',
      { className: 'body' },
      exportPanel.element,
      el('div', { className: 'keep-told' }, status, cancel),
      shelf.element,
    ),
  );
  byId('try').after(section);

  onLanguage(() => {
    setText(heading, t('keep'));
    setText(note, t('keep.note'));
    setText(status, said());
    setText(cancel, t('library.cancel'));
  });
  guard(refresh);
  return {
    open(files) {
      goTo('keep');
      exportPanel.open(files);
    },
  };
}
