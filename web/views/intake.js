import { byId, el, setText } from '../dom.js';
import { count, onLanguage, t } from '../i18n/index.js';
import { MOST_FILES, arePictures, filesOf, sorted } from '../incoming.js';

/** @import { Dropped, Kind, Stray } from '../incoming.js' */

const REASONS = /** @type {Stray['why'][]} */ (['unknown', 'unreadable']);
const MOST_NAMED = 3; // files that a message names

/**
 * @typedef {{ signal: AbortSignal, onProgress: (found: number) => void }} Watch `found`: files, so far
 * @typedef {{ files: File[], load: (() => unknown) | null }} Read `files`: to be taken one by one; `load`: loads
 *   classes
 */

/**
 * Takes files that are dropped anywhere on the page, pasted or chosen, hands them to the section they belong to, and
 * says which cannot be opened.
 * @param {Record<Kind, (files: File[]) => unknown>} takers
 * @param {{ mayLoad: () => boolean, read: (dropped: Dropped, watch: Watch) => Promise<Read> }} options `mayLoad`:
 *   whether another dataset may be loaded now; `read`: reads folders
 * @returns {(files: File[], expected?: Kind) => Promise<void>} takes files that were chosen in a section
 */
export function createIntake(takers, { mayLoad, read }) {
  const veil = byId('drop-veil');
  const text = el('p', { role: 'alert' });
  const close = el('button', { type: 'button', className: 'small', 'data-testid': 'incoming-close', onclick: dismiss });
  const notice = el('div', { className: 'notice', hidden: true, 'data-testid': 'incoming-note' }, text, close);
  document.body.append(notice);
  /** @type {(() => string)[]} */
  let said = [];

  function render() {
    notice.hidden = said.length === 0;
    setText(text, said.map((each) => each()).join(' '));
    setText(close, t('close'));
  }

  /** @param {(() => string)[]} next */
  function say(next) {
    said = next;
    render();
  }

  let reading = new AbortController(); // of folders

  /** Also ends the reading of folders. The keyboard focus moves on to the page. */
  function dismiss() {
    reading.abort();
    say([]);
    byId('main').focus({ preventScroll: true });
  }

  /** @param {File[]} all @param {Kind} [expected] */
  async function take(all, expected) {
    const files = all.slice(0, MOST_FILES);
    const more = all.length > MOST_FILES ? [() => t('incoming.most', { count: count(MOST_FILES) })] : [];
    say(more);
    if (arePictures(files)) return give('pictures', files);
    const { strays, ...groups } = await sorted(files, expected);
    const unopened = REASONS.map((reason) => ({ reason, some: strays.filter(({ why }) => why === reason) }))
      .filter(({ some }) => some.length > 0)
      .map(
        ({ reason, some }) =>
          () =>
            t(`incoming.${reason}`, { names: namesOf(some) }),
      );
    const messages = [...more, ...unopened];
    if (groups.dataset.length + groups.classes.length > 0 && !mayLoad()) {
      groups.dataset = groups.classes = [];
      messages.push(() => t('incoming.locked'));
    }
    say(messages);
    for (const kind of /** @type {Kind[]} */ (Object.keys(takers)))
      if (groups[kind].length > 0) give(kind, groups[kind]);
  }

  /**
   * A section that cannot be loaded, as without a network, takes nothing; the page says so.
   * @param {Kind} kind
   * @param {File[]} files
   */
  async function give(kind, files) {
    try {
      await takers[kind](files);
    } catch (error) {
      say([() => t('incoming.failed', { reason: /** @type {Error} */ (error).message })]);
    }
  }

  /**
   * Folders of classes are a dataset; of any others the files count. Reading may take long, and can be ended.
   * @param {Dropped} dropped
   */
  async function takeFolders(dropped) {
    reading.abort();
    const mine = (reading = new AbortController());
    const onProgress = (/** @type {number} */ found) =>
      mine.signal.aborted || say([() => t('incoming.reading', { count: count(found) })]);
    try {
      const { files, load } = await read(dropped, { signal: mine.signal, onProgress });
      if (mine.signal.aborted) return;
      say([]);
      if (files.length > 0) await take(files);
      if (load && mayLoad()) await load();
      else if (load) say([() => t('incoming.locked')]);
      else if (files.length === 0) say([() => t('incoming.empty')]);
    } catch (error) {
      if (!mine.signal.aborted) say([() => t('incoming.failed', { reason: /** @type {Error} */ (error).message })]);
    }
  }

  const bringsFiles = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes('Files');

  document.addEventListener('dragover', (event) => {
    if (!bringsFiles(event)) return;
    event.preventDefault();
    veil.hidden = false;
  });
  document.addEventListener('dragleave', (event) => {
    if (!event.relatedTarget) veil.hidden = true;
  });
  document.addEventListener('drop', (event) => {
    veil.hidden = true;
    if (!bringsFiles(event) || !event.dataTransfer) return;
    event.preventDefault();
    const files = filesOf(event.dataTransfer);
    if (Array.isArray(files)) take(files);
    else takeFolders(files);
  });
  document.addEventListener('paste', (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0 || isTextField(event.target)) return;
    event.preventDefault();
    take(files);
  });
  onLanguage(render);
  return take;
}

/** Pasting into a text field is the browser's business. @param {EventTarget | null} target */
const isTextField = (target) =>
  target instanceof HTMLElement &&
  target.matches('input:not([type="checkbox"], [type="range"], [type="file"]), textarea, [contenteditable]');

/** @param {Stray[]} strays */
function namesOf(strays) {
  const names = strays.slice(0, MOST_NAMED).map(({ file }) => file.name);
  return strays.length > MOST_NAMED
    ? t('incoming.more', { names: names.join(', '), count: strays.length - MOST_NAMED })
    : names.join(', ');
}
