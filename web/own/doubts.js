import { className } from '../classes.js';
import { el, setText } from '../dom.js';
import { count, onLanguage, percent, t } from '../i18n/index.js';
import { createThumbnails } from './thumbnails.js';
import { createTool } from './tool.js';

/**
 * Pictures whose labels are probably wrong: each is judged by a model that has not seen it, and can be moved with a
 * click.
 *
 * @typedef {import('./desk.js').Doubt} Doubt
 * @typedef {import('./findings.js').Findings} Findings
 */

const ROWS = 20; // at a time

/**
 * @param {{ session: import('../session.js').Session, trainer: import('../trainer.js').Trainer, change:
 *   import('./index.js').Changer, ask: (options: { signal: AbortSignal, onEvent: (progress:
 *   import('../session.js').LoadProgress) => void }) => Promise<Doubt[]> }} parts
 */
export function createDoubts({ session, trainer, change, ask }) {
  const title = el('h4');
  const about = el('p', { className: 'quiet' });
  const look = createTool('doubts-look', begin);
  const cancel = createTool('doubts-cancel', stop);
  const status = el('p', { className: 'quiet', role: 'status', 'data-testid': 'doubts-status' });
  const list = el('ul', { className: 'own-doubts', role: 'list', 'data-testid': 'doubts' });
  const more = el('button', { type: 'button', className: 'small', onclick: showMore });
  const thumbnails = createThumbnails(session);
  const node = el(
    'div',
    { className: 'own-doubt' },
    title,
    about,
    el('p', { className: 'own-tools' }, look, cancel),
    status,
    list,
    more,
  );
  /** What was found, without what has been settled. @type {(Doubt & { canvas: HTMLCanvasElement })[] | null} */
  let doubts = null;
  /** @type {Findings['classes']} */
  let classes = [];
  let project = '';
  let rows = ROWS;
  let isLocked = false;
  let failure = '';
  /** @type {{ controller: AbortController, progress: import('../session.js').LoadProgress | null } | null} */
  let under = null;

  async function begin() {
    trainer.stop(); // an evaluation, which this would wait for
    const mine = { controller: new AbortController(), progress: null };
    under = mine;
    doubts = null;
    failure = '';
    render();
    try {
      const onEvent = (/** @type {import('../session.js').LoadProgress} */ progress) => {
        Object.assign(mine, { progress });
        render();
      };
      const found = await ask({ signal: mine.controller.signal, onEvent });
      if (under !== mine) return;
      thumbnails.forget();
      doubts = found.map((doubt) => ({ ...doubt, canvas: thumbnails.of(doubt) }));
      thumbnails.load();
      rows = ROWS;
    } catch (error) {
      if (under === mine && !mine.controller.signal.aborted) failure = /** @type {Error} */ (error).message;
    }
    if (under === mine) under = null;
    render();
  }

  function stop() {
    under?.controller.abort();
    under = null;
    render();
  }

  function showMore() {
    rows += ROWS;
    render();
  }

  /** @param {Doubt} doubt */
  function settle(doubt) {
    doubts = doubts?.filter((one) => one !== doubt) ?? null;
    render();
  }

  /** @param {number} id of a class */
  const nameOf = (id) =>
    className(
      classes.findIndex((one) => one.id === id),
      session.subject.classNames,
    );

  /** @param {NonNullable<typeof doubts>[number]} doubt */
  function item(doubt) {
    const { canvas, name, picture, from, to, confidence } = doubt;
    const [is, seems] = [nameOf(from), nameOf(to)];
    const move = async () => {
      if (await change({ kind: 'move', pictures: [picture], to })) settle(doubt);
    };
    /** @param {string} key @param {() => unknown} act */
    const tool = (key, act) => {
      const button = createTool(`doubts-${key}`, act, t(`doubts.${key}`, { is, seems }));
      button.disabled = isLocked;
      return button;
    };
    return el(
      'li',
      { title: name },
      canvas,
      el('p', {}, t('doubts.said', { is, seems, confidence: percent(confidence, 0) })),
      el(
        'p',
        { className: 'own-tools' },
        tool('move', move),
        tool('leave', () => settle(doubt)),
      ),
    );
  }

  function statusText() {
    if (failure) return t('doubts.failed', { reason: failure });
    if (under) {
      const { loaded = 0, total = 0 } = under.progress ?? {};
      return t('doubts.under', { percent: percent(total ? loaded / total : 0, 0) });
    }
    return doubts ? t(doubts.length > 0 ? 'doubts.found' : 'doubts.none', { count: count(doubts.length) }) : '';
  }

  function render() {
    setText(title, t('doubts.title'));
    setText(about, t('doubts.about'));
    setText(look, t('doubts.look'));
    setText(cancel, t('doubts.cancel'));
    setText(more, t('classes.more'));
    setText(status, statusText());
    look.hidden = under !== null;
    look.disabled = isLocked;
    cancel.hidden = under === null;
    // classes may be gone by now
    const shown = (doubts ?? []).filter(({ from, to }) =>
      [from, to].every((id) => classes.some((one) => one.id === id)),
    );
    list.replaceChildren(...shown.slice(0, rows).map(item));
    more.hidden = shown.length <= rows;
  }

  onLanguage(render);

  return {
    node,
    /** @param {Findings} findings */
    show({ project: of, classes: now }) {
      node.hidden = !of;
      const id = of?.id ?? '';
      if (id !== project) {
        stop();
        doubts = null;
      }
      project = id;
      classes = now;
      render();
    },
    /** @param {boolean} locked */
    lock(locked) {
      isLocked = locked;
      render();
    },
  };
}
