import { byId, el, setText } from '../dom.js';
import { count, onLanguage, t } from '../i18n/index.js';
import { MOST_FILES, arePictures, filesOf, sorted } from '../incoming.js';

/** @import { Kind, Stray } from '../incoming.js' */

const REASONS = /** @type {Stray['why'][]} */ (['unknown', 'unreadable']);
const MOST_NAMED = 3; // files that a message names

/**
 * Takes files that are dropped anywhere on the page, pasted or chosen, hands them to the section they belong to, and
 * says which cannot be opened.
 * @param {Record<Kind, (files: File[]) => unknown>} takers
 * @param {() => boolean} mayLoad whether another dataset may be loaded now
 * @returns {(files: File[], expected?: Kind) => Promise<void>} takes files that were chosen in a section
 */
export function createIntake(takers, mayLoad) {
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

  /** The keyboard focus moves on to the page. */
  function dismiss() {
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
    if (groups.dataset.length > 0 && !mayLoad()) {
      groups.dataset = [];
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
    else files.then((all) => (all.length > 0 ? take(all) : say([() => t('incoming.empty')])));
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
