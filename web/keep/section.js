import { byId, el, goTo, setText, svg } from '../dom.js';
import { onLanguage, t } from '../i18n/index.js';
import { createExportPanel } from './export-panel.js';
import { createLibrary } from './library.js';
import { createOpener } from './opener.js';
import { createShelf } from './shelf.js';
import { whenFree } from '../database.js';

/** Section 6: saves models by name, opens and exports them. */

/** What the page says of errors, by their code. @type {Record<string, string>} */
const TOLD = {
  ...Object.fromEntries(
    ['refused', 'blocked', 'outdated', 'full', 'spoilt'].map((code) => [code, `library.unkept-${code}`]),
  ),
  gone: 'library.gone',
  misfit: 'library.misfit',
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
 * @param {{ session: import('../session.js').Session, trainer: import('../trainer.js').Trainer,
 *   settings: import('../settings.js').Settings, onChosen: (files: File[]) => void,
 *   onMisfit: (name: string, bytes: Uint8Array<ArrayBuffer>) => Promise<void> }} parts `onMisfit`: has a model answer
 *   that does not fit the loaded images
 * @returns {{ open: (files: File[]) => void }} `open`: scrolls to the section and opens a model
 */
export function createSection({ session, trainer, settings, onChosen, onMisfit }) {
  const heading = el('span');
  const note = el('p', { className: 'note' });
  const status = el('p', { className: 'keep-message', role: 'status', 'data-testid': 'keep-message' });
  const cancel = el('button', { type: 'button', className: 'small', hidden: true, 'data-testid': 'keep-cancel' });
  const library = createLibrary({
    session,
    trainer,
    settings,
    read: createOpener(),
    async answer(name, bytes) {
      await onMisfit(name, bytes);
      say(() => t('library.answers', { name }));
    },
  });

  let said = () => ''; // in the current language

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
   * Runs one piece of work after the other; each clears the message of the one before.
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
   * Shows that something is under way, with a button that cancels it.
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
      if (document.activeElement === cancel) goTo('keep'); // the keyboard focus stays in the section
      cancel.hidden = true;
    }
  }

  const exportPanel = createExportPanel({ session, library, trainer, guard, say, cancellable, onChosen });
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
